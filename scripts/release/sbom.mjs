// The bill of materials of a package, as CycloneDX 1.6: what is compiled or bundled into it and
// what it depends on. stage-packages.mjs puts it into each package. Without time and serial number,
// so that the same sources give the same file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages } from '../build/axios.mjs';
import { readCrates } from './licenses.mjs';
import { root } from '../lib/stamp.mjs';

const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8'));

function component({ type, name, version, license, hash }) {
  const purl = `pkg:${type}/${name.replace('@', '%40')}@${version}`;
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    ...(hash ? { hashes: [hash] } : {}),
    licenses: [{ expression: license }],
    purl,
  };
}

const crateComponent = ({ sha256, ...rest }) =>
  component({ type: 'cargo', ...rest, hash: { alg: 'SHA-256', content: sha256 } });
const standardLibrary = {
  type: 'library',
  'bom-ref': 'rust-std',
  name: "Rust's standard library",
  licenses: [{ expression: 'MIT OR Apache-2.0' }],
};

/** Its manifest has a form of its licence that npm no longer knows. */
const PATTERNS = { name: 'uap-core', license: 'Apache-2.0' };

function npmComponent(name) {
  const entry = read('package-lock.json').packages[`node_modules/${name}`];
  const { version, integrity } = entry;
  const license = name === PATTERNS.name ? PATTERNS.license : entry.license;
  const content = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  return component({ type: 'npm', name, version, license, hash: { alg: 'SHA-512', content } });
}

/** `kind`: "main" or "platform"; `manifest`: as it is published. */
export function sbomOf(kind, manifest) {
  const crates = readCrates();
  const own =
    kind === 'platform'
      ? crates.native.map(crateComponent)
      : [
          ...crates.wasm.map(crateComponent),
          ...[...Object.keys(manifest.dependencies), ...bundledPackages()].map(npmComponent),
        ];
  const components = [...own, npmComponent(PATTERNS.name), standardLibrary];
  const self = component({
    type: 'npm',
    name: manifest.name,
    version: manifest.version,
    license: manifest.license,
  });
  const externalReferences = [
    { type: 'vcs', url: manifest.repository.url },
    { type: 'website', url: manifest.homepage },
    { type: 'issue-tracker', url: manifest.bugs.url },
  ];
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...self, description: manifest.description, externalReferences } },
    components,
    dependencies: [
      { ref: self['bom-ref'], dependsOn: components.map((entry) => entry['bom-ref']) },
    ],
  };
}
