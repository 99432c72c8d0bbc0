// The site of the documentation: the pages of this folder as they are packed, ordered for users, and
// the reference that TypeDoc writes into `api/`. Links to files outside of this folder lead to the
// repository; VitePress fails on a link to a page that is not there.
import { readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { defineConfig, type DefaultTheme } from 'vitepress';

const docs = join(import.meta.dirname, '..');
const root = join(docs, '..');
const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  homepage: string;
};
const repository = `${homepage.replace(/#.*/, '')}/blob/main/`;

/** Pages of wide tables or long lines: they get the room of the outline. */
const wide = [
  'options.md',
  'differences-from-statsig-node.md',
  'packaging.md',
  'events.md',
  'edge-and-serverless.md',
  'first-hour.md',
];

const page = (text: string, link: string): DefaultTheme.SidebarItem => ({ text, link });

/** Pages of TypeDoc, by entry point. */
function reference(): DefaultTheme.SidebarItem[] {
  const entries = {
    'statsig-node-native': 'index',
    '…/edge': 'index.edge',
    '…/server-core': 'server-core',
    '…/testing': 'testing',
    '…/openfeature': 'openfeature',
    '…/otel': 'otel',
    '…/flags': 'flags',
    '…/forward-proxy': 'forward-proxy',
    '…/spec-sources': 'spec-sources',
    '…/local-server': 'local-server',
    '…/inspector': 'inspector',
    '…/redis': 'storage/redis',
    '…/file-adapter': 'storage/file-adapter',
    '…/memory-adapter': 'storage/memory-adapter',
    '…/compressed-adapter': 'storage/compressed-adapter',
    '…/uap': 'edge/uap',
  };
  return Object.entries(entries).map(([name, folder]) => page(name, `/api/${folder}/`));
}

/** Places are named as on GitHub, so that one link leads there and here. */
const githubPlace = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

export default defineConfig({
  title: 'statsig-node-native',
  description: 'The Statsig server SDK for Node with its evaluator in Rust',
  base: process.env.DOCS_BASE ?? '/',
  cleanUrls: true,
  lastUpdated: false,
  transformPageData(data) {
    if (wide.includes(data.relativePath)) data.frontmatter.aside = false;
  },
  srcExclude: ['spec/operators.csv', 'README.md'],
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Options', link: '/options' },
      { text: 'API', link: '/api/' },
      { text: 'Troubleshooting', link: '/troubleshooting' },
    ],
    sidebar: [
      {
        text: 'First steps',
        items: [
          page('Start', '/start'),
          page('The first hour', '/first-hour'),
          page('From statsig-node', '/migrating-from-statsig-node'),
          page('From statsig-node-core', '/migrating-from-statsig-node-core'),
          page("The newer SDK's names", '/server-core'),
          page('Every difference', '/differences-from-statsig-node'),
        ],
      },
      {
        text: 'Using it',
        items: [
          page('Options', '/options'),
          page('Newer calls', '/newer-calls'),
          page('Frameworks', '/frameworks'),
          page('Events', '/events'),
          page('Testing', '/testing'),
          page('Explanations', '/explain'),
          page('Typed flags', '/typed-flags'),
          page('Command line', '/cli'),
          page('Local server', '/local-server'),
          page('Inspector', '/inspector'),
          page('OpenFeature', '/openfeature'),
          page('Bootstrap of clients', '/client-initialize'),
        ],
      },
      {
        text: 'Running it',
        items: [
          page('Runtimes', '/runtimes'),
          page('Edge and serverless', '/edge-and-serverless'),
          page('Packaging and bundlers', '/packaging'),
          page('Health', '/health'),
          page('Observability', '/observability'),
          page('Stores', '/storage'),
          page('Many machines', '/scaling'),
          page('Debugging', '/debugging'),
          page('Troubleshooting', '/troubleshooting'),
        ],
      },
      {
        text: 'About it',
        items: [
          page('Performance', '/performance'),
          page('Threat model', '/threat-model'),
          page('Releases and support', '/releases'),
          page('What statsig-node does', '/spec/BEHAVIOUR'),
          page('What newer projects mean', '/spec/NEWER'),
        ],
      },
      { text: 'API reference', collapsed: true, items: reference() },
    ],
    footer: { message: 'Not affiliated with Statsig, Inc. MIT licence.' },
  },
  markdown: {
    anchor: { slugify: githubPlace },
    config(md) {
      md.core.ruler.push('links-out-of-docs', (state) => {
        const { relativePath } = state.env as { relativePath?: string };
        if (relativePath === undefined) return;
        const from = dirname(join(docs, relativePath));
        for (const token of state.tokens.flatMap((block) => block.children ?? [])) {
          const attribute = token.type === 'link_open' ? 'href' : token.type === 'image' ? 'src' : null;
          const target = attribute && token.attrGet(attribute);
          if (!target || /^([a-z]+:|#|\/)/.test(target)) continue;
          const file = posix.normalize(relative(root, join(from, target)));
          if (attribute && !file.startsWith('docs/')) token.attrSet(attribute, repository + file);
        }
      });
    },
  },
});
