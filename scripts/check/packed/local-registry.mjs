// An npm registry on this machine that serves given tarballs, and what is published to it, and
// nothing else: so that package managers can install what is not on npm yet, platform packages
// included, the way they install from npm.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { outputOf } from '../../lib/run.mjs';

const digest = (algorithm, bytes, encoding) => createHash(algorithm).update(bytes).digest(encoding);
const integrityOf = (bytes) => `sha512-${digest('sha512', bytes, 'base64')}`;

function readPackage(bytes) {
  const manifest = outputOf('tar', ['-xzOf', '-', 'package/package.json'], { input: bytes });
  if (manifest === null) throw new Error('no package.json in a tarball');
  return { manifest: JSON.parse(manifest), bytes };
}

/** What a registry says of a package that has one version. */
function packument({ manifest, bytes }, url) {
  const { name, version } = manifest;
  const dist = {
    tarball: `${url}/tarballs/${name}-${version}.tgz`,
    integrity: integrityOf(bytes),
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

const refusal = (status, error) => Object.assign(new Error(error), { status });

/**
 * The package of a request of `npm publish`. @throws Error with the `status` that npm's registry
 * would answer
 */
function publishedPackage(name, body) {
  const { versions, _attachments: attachments, access } = JSON.parse(body);
  const [version, ...others] = Object.keys(versions);
  const sent = attachments[`${name}-${version}.tgz`];
  if (others.length > 0 || sent === undefined) throw refusal(400, 'not one version with its file');
  const found = readPackage(Buffer.from(sent.data, 'base64'));
  if (found.manifest.name !== name || found.manifest.version !== version)
    throw refusal(400, 'the file is another package');
  if (versions[version].dist.integrity !== integrityOf(found.bytes))
    throw refusal(400, 'the file is not what its digest says');
  if (access !== 'public') throw refusal(402, 'not public');
  return found;
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/**
 * Starts the registry; resolves with its `url`, `versionOf` a package, the names that were
 * `published` to it in their order, and `close`. `token`: whoever has it may publish.
 * `refuses(name)`: an outage of the registry, for the package that is being published.
 */
export function startRegistry(tarballs, { token, refuses = () => false } = {}) {
  const packages = new Map(
    tarballs.map((path) => readPackage(readFileSync(path))).map((p) => [p.manifest.name, p]),
  );
  const published = [];

  async function publish(name, request) {
    if (!token || request.headers.authorization !== `Bearer ${token}`)
      throw refusal(401, 'who are you?');
    const body = await bodyOf(request);
    if (packages.has(name)) throw refusal(403, 'published already: versions do not change');
    if (refuses(name)) throw refusal(403, 'not now');
    packages.set(name, publishedPackage(name, body));
    published.push(name);
  }

  function find(path, url) {
    if (!path.startsWith('tarballs/'))
      return packages.has(path) && JSON.stringify(packument(packages.get(path), url));
    const isIt = ({ manifest }) => path === `tarballs/${manifest.name}-${manifest.version}.tgz`;
    return [...packages.values()].find(isIt)?.bytes;
  }

  async function answer(request, url) {
    const path = decodeURIComponent(new URL(request.url, url).pathname).slice(1);
    if (request.method === 'PUT') await publish(path, request);
    const found = request.method === 'PUT' ? '{"ok":true}' : find(path, url);
    if (!found) throw refusal(404, 'not found');
    return found;
  }

  const server = createServer((request, response) => {
    answer(request, `http://127.0.0.1:${server.address().port}`).then(
      (found) => {
        const type = Buffer.isBuffer(found) ? 'application/octet-stream' : 'application/json';
        response.writeHead(200, { 'content-type': type }).end(found);
      },
      ({ status = 500, message }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: message }));
      },
    );
  });
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${server.address().port}`,
        versionOf: (name) => packages.get(name).manifest.version,
        published,
        close: () => server.close(),
      });
    });
  });
}
