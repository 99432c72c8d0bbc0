// Which crates are compiled into the native binaries and into statsig.wasm: what cargo resolves for
// their targets, without macros and build scripts, of which nothing is in the result.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { platforms } from '../lib/platforms.mjs';
import { outputOf } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

/** Package of the binding and the targets that it is built for. */
export const artefacts = {
  native: { crate: 'statsig-node-native', targets: platforms.map(({ target }) => target) },
  wasm: { crate: 'statsig-node-wasm', targets: ['wasm32-unknown-unknown'] },
};

/** Name and version → SHA-256 of every crate in Cargo.lock that comes from a registry. */
export function lockedCrates() {
  const lock = readFileSync(join(root, 'Cargo.lock'), 'utf8');
  const entries = lock.matchAll(
    /^name = "(.+)"\r?\nversion = "(.+)"\r?\nsource = .+\r?\nchecksum = "(.+)"/gm,
  );
  return new Map([...entries].map(([, name, version, sha256]) => [`${name} ${version}`, sha256]));
}

/**
 * `{ name, version, license, authors, folder, sha256 }` of every foreign crate in an artefact,
 * sorted. @throws without cargo
 */
export function cratesIn(artefact) {
  const { crate, targets } = artefacts[artefact];
  const found = new Map(targets.flatMap((target) => resolved(crate, target)));
  const locked = lockedCrates();
  return [...found.values()]
    .map(({ name, version, license, authors, manifest_path }) => ({
      name,
      version,
      license,
      authors,
      folder: dirname(manifest_path),
      sha256: locked.get(`${name} ${version}`),
    }))
    .sort((a, b) =>
      a.name === b.name ? (a.version < b.version ? -1 : 1) : a.name < b.name ? -1 : 1,
    );
}

function resolved(crate, target) {
  const text = outputOf(
    'cargo',
    ['metadata', '--format-version', '1', '--locked', '--filter-platform', target],
    { maxBuffer: 1 << 28 },
  );
  if (text === null) throw new Error(`cargo metadata failed for ${target}`);
  const { packages, resolve } = JSON.parse(text);
  const byId = new Map(packages.map((entry) => [entry.id, entry]));
  const edges = new Map(
    resolve.nodes.map(({ id, deps }) => [id, deps.filter(isCompiledIn).map(({ pkg }) => pkg)]),
  );
  const seen = new Set();
  const visit = (id) => {
    if (seen.has(id) || byId.get(id).targets.some(({ kind }) => kind.includes('proc-macro')))
      return;
    seen.add(id);
    edges.get(id).forEach(visit);
  };
  visit(packages.find(({ name, source }) => name === crate && source === null).id);
  return [...seen].filter((id) => byId.get(id).source !== null).map((id) => [id, byId.get(id)]);
}

const isCompiledIn = ({ dep_kinds: kinds }) => kinds.some(({ kind }) => kind === null);
