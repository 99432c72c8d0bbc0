// Whether the packages of a release can be published together: their names under npm's rules, next
// to each other and next to names that exist, and that they fit one another. Used by
// check/release.mjs.
import { builtinModules } from 'node:module';
import { outputOf } from '../lib/run.mjs';

/** Narrower than npm's rule, which also lets dots, underscores and a scope through. */
const name = /^[a-z0-9]+(-[a-z0-9]+)*$/;
const mostCharacters = 214;

/** npm takes no new name that differs from another one in punctuation only. */
const bare = (text) => text.replace(/[-_.]/g, '');

/** Unscoped packages whose name begins as ours do. */
const others = ['statsig', 'statsig-js', 'statsig-node', 'statsig-node-lite', 'statsig-react'];

function nameProblems(names) {
  const seen = new Map(others.map((other) => [bare(other), other]));
  return names.flatMap((one) => {
    const problems = [];
    if (!name.test(one) || one.length > mostCharacters) problems.push(`${one}: no name for npm`);
    if (builtinModules.includes(one)) problems.push(`${one}: a module of Node itself`);
    const same = seen.get(bare(one));
    if (same) problems.push(`${one}: npm cannot tell it from ${same}`);
    seen.set(bare(one), one);
    return problems;
  });
}

/** One platform must not fit two packages: both would be installed, and one of them for nothing. */
function platformProblems(manifests) {
  const seen = new Map();
  return manifests.flatMap(({ name: one, os, cpu, libc = [] }) => {
    const where = [os, cpu, libc].map(String).join(' ');
    const same = seen.get(where);
    seen.set(where, one);
    if (!os || !cpu) return [`${one}: says no os or cpu, so it is installed everywhere`];
    return same ? [`${one}: for ${where}, as ${same} is`] : [];
  });
}

/** Problems of manifests as they are to be published, as sentences. `main`: the name of the main one. */
export function setProblems(manifests, main) {
  const head = manifests.find((manifest) => manifest.name === main);
  if (head === undefined) return [`${main}: not among the packages`];
  const platforms = manifests.filter((manifest) => manifest !== head);
  const { version } = head;
  const wanted = Object.fromEntries(platforms.map((manifest) => [manifest.name, version]));
  const named = head.optionalDependencies ?? {};
  return [
    ...nameProblems(manifests.map((manifest) => manifest.name)),
    ...platformProblems(platforms),
    ...manifests
      .filter((manifest) => manifest.version !== version)
      .map((manifest) => `${manifest.name}: ${manifest.version}, ${main} is ${version}`),
    // npm gives what is published the tag "latest".
    ...(/^\d+\.\d+\.\d+$/.test(version) ? [] : [`${version}: not for the tag latest`]),
    ...[...new Set([...Object.keys(wanted), ...Object.keys(named)])]
      .filter((one) => wanted[one] !== named[one])
      .map((one) => `${main}: wants ${one}@${named[one]}, there is ${wanted[one]}`),
    ...manifests
      .filter((manifest) => manifest.repository?.url !== head.repository?.url)
      .map((manifest) => `${manifest.name}: of another repository`),
  ];
}

let registry;

/** What npm's registry says of a package, or null where it has none of that name. */
export async function packumentOf(one) {
  registry ??= outputOf('npm', ['config', 'get', 'registry'])?.trim().replace(/\/$/, '');
  // A connection of its own: what is kept may be closed by the registry when it is used next.
  const response = await fetch(`${registry}/${one}`, { headers: { connection: 'close' } });
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${one}: the registry answers ${response.status}`);
  return response.json();
}

/** Names that somebody else has, and versions that are there already. */
export async function takenProblems(manifests) {
  const found = await Promise.all(manifests.map(({ name: one }) => packumentOf(one)));
  return manifests.flatMap(({ name: one, version, repository }, at) => {
    if (found[at] === null) return [];
    if (found[at].repository?.url !== repository.url) return [`${one}: is somebody else's`];
    return version in found[at].versions ? [`${one}@${version}: is published`] : [];
  });
}
