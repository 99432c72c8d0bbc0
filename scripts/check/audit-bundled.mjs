// Fails when an advisory names a package of the bundle that build/axios.mjs makes: applications
// can't see those in their own audit. Run nightly; needs a registry that answers audits.
import { spawnSync } from 'node:child_process';
import { bundledPackages } from '../build/axios.mjs';
import { root } from '../lib/stamp.mjs';

const bundled = new Set(bundledPackages());
const { stdout } = spawnSync('npm', ['audit', '--audit=true', '--json'], {
  cwd: root,
  encoding: 'utf8',
  shell: process.platform === 'win32',
});
const { vulnerabilities, message } = JSON.parse(stdout);
if (!bundled.has('axios') || vulnerabilities === undefined) {
  console.error(`bundled packages could not be audited: ${message ?? 'the bundle names none'}`);
  process.exit(1);
}
const found = Object.values(vulnerabilities).filter(({ name }) => bundled.has(name));
for (const { name, severity, range } of found) console.error(`${name} ${range}: ${severity}`);
console.log(`audit: ${bundled.size} bundled packages, ${found.length} with advisories`);
process.exitCode = found.length === 0 ? 0 : 1;
