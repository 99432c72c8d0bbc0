// An npm registry on this machine that serves given tarballs and nothing else, so that package
// managers can install what is not published yet, platform packages included, the way they install
// from npm.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { outputOf } from './run.mjs';

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);

function readPackage(tarball) {
  const manifest = outputOf('tar', ['-xzOf', tarball, 'package/package.json']);
  if (manifest === null) throw new Error(`no package.json in ${tarball}`);
  return { manifest: JSON.parse(manifest), bytes: readFileSync(tarball) };
}

/** What a registry says of a package that has one version. */
function packument({ manifest, bytes }, url) {
  const { name, version } = manifest;
  const dist = {
    tarball: `${url}/tarballs/${name}-${version}.tgz`,
    integrity: `sha512-${digest('sha512', bytes, 'base64')}`,
    shasum: digest('sha1', bytes, 'hex'),
  };
  // pnpm refuses versions without a date.
  const time = {
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    [version]: '2026-01-01T00:00:00.000Z',
  };
  return {
    _id: name,
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
    time,
  };
}

/** Starts the registry; resolves with its `url`, `versionOf` a package and `close`. */
export function startRegistry(tarballs) {
  const packages = new Map(tarballs.map(readPackage).map((entry) => [entry.manifest.name, entry]));
  const server = createServer((request, response) => {
    const url = `http://127.0.0.1:${server.address().port}`;
    const path = decodeURIComponent(new URL(request.url, url).pathname).slice(1);
    const found = path.startsWith('tarballs/')
      ? [...packages.values()].find(
          ({ manifest }) => path === `tarballs/${manifest.name}-${manifest.version}.tgz`,
        )?.bytes
      : packages.has(path) && JSON.stringify(packument(packages.get(path), url));
    response.writeHead(found ? 200 : 404, {
      'content-type': Buffer.isBuffer(found) ? 'application/octet-stream' : 'application/json',
    });
    response.end(found || '{"error":"not found"}');
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        versionOf: (name) => packages.get(name).manifest.version,
        close: () => server.close(),
      });
    });
  });
}
