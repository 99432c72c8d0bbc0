// Links and pictures of a built site that lead nowhere: pages, places on pages, files of the
// repository. VitePress looks at links between pages only, and not at places on them.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

const attributes = /<(?:a|img|link|source)\b[^>]*?\b(?:href|src)="([^"]+)"/g;

/**
 * A sentence per dead link. `site`: folder of the built pages; `repository`: address of the main
 * branch's files, which are in `root`.
 */
export function deadLinks(site, { repository, root }) {
  const pages = new Map(
    readdirSync(site, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.html'))
      .map((file) => [file, readFileSync(join(site, file), 'utf8')]),
  );
  const places = new Map(
    [...pages].map(([file, html]) => [
      file,
      new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => plain(id))),
    ]),
  );
  /** The file behind an address of the site; null without one. */
  const fileOf = (path) =>
    [path, `${path}.html`, posix.join(path, 'index.html')].find(
      (file) => existsSync(join(site, file)) && statSync(join(site, file)).isFile(),
    ) ?? null;
  const problemOf = (page, address) => {
    if (address.startsWith(repository))
      return existsSync(join(root, address.slice(repository.length).replace(/#.*/, '')));
    if (/^[a-z][a-z0-9+.-]*:/i.test(address)) return true;
    const [path = '', place] = plain(address).split('#');
    const file = path === '' ? page : fileOf(targetOf(page, path));
    if (file === null) return false;
    return !place || !places.has(file) || places.get(file).has(place);
  };
  return [...pages].flatMap(([page, html]) => [
    ...new Set(
      [...html.matchAll(attributes)]
        .filter(([, address]) => !problemOf(page, address))
        .map(([, address]) => `${page}: ${address}`),
    ),
  ]);
}

const targetOf = (page, path) =>
  posix.normalize(path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path));

/** Without what HTML and addresses write for characters. */
function plain(text) {
  const unescaped = text
    .replaceAll('&amp;', '&')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'");
  try {
    return decodeURIComponent(unescaped);
  } catch {
    return unescaped;
  }
}
