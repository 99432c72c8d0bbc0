/** The page: one script and one style, built from `page/` by scripts/build/inspector.mjs. */
import { createHash } from 'node:crypto';
import { policy, type Answer } from './respond';

interface Built {
  script: string;
  style: string;
}

/** Where the script is. */
export const SCRIPT = '/_inspector/page.js';

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
  '<rect width="16" height="16" rx="4" fill="#2257c5"/>' +
  '<path d="M4 8.5 7 11l5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>';

/**
 * The frame of the flags, painted before the script has come: the same elements that app.ts and
 * flags.ts draw, which take these over. Nothing of it moves then (a test measures it).
 */
const FRAME = `<header>
<h1>TITLE</h1>
<p class="state"><span class="tag">connecting…</span></p>
<nav aria-label="Views"><a href="#flags" aria-current="page">Flags</a><a href="#events">Events</a
><a href="#changes">Changes</a><a href="#health">Health</a><a href="#client">Client values</a></nav>
</header>
<main tabindex="-1"><div class="flags">
<section class="list" aria-label="Flags">
<div class="search" role="search">
<label><span class="unseen">Search flags</span>
<input type="search" placeholder="Search flags  ( / )" autocomplete="off"></label>
<label><span class="unseen">Kind</span>
<select><option>All</option><option>Parameter stores</option></select></label>
</div>
<p class="count" role="status">Loading…</p>
</section>
<section class="detail" aria-label="Flag">
<p class="hint">Choose a flag to see its rules, and what a user gets.</p>
</section>
</div></main>`;

const page = (title: string, style: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Statsig inspector</title>
<link rel="icon" href="_inspector/icon.svg" type="image/svg+xml">
<style>${style}</style>
</head>
<body>
<noscript><p>This page needs JavaScript. A local server shows events without it at
<a href="_page">_page</a>.</p></noscript>
<div id="app">${FRAME.replace('TITLE', title)}</div>
<script src="_inspector/page.js" defer fetchpriority="low"></script>
</body>
</html>
`;

/** Null for other paths. `title` is text of our own. @throws Error when the page was not built */
export function assetFor(path: string, title: string): Answer | null {
  switch (path) {
    case '/':
      return pageAnswer(title);
    case SCRIPT:
      return { type: 'text/javascript; charset=utf-8', body: built().script };
    case '/_inspector/icon.svg':
      return { type: 'image/svg+xml', body: ICON };
    default:
      return null;
  }
}

/** The style comes with the page: as a file it would be a question more before anything is seen. */
function pageAnswer(title: string): Answer {
  const { style } = built();
  const hash = createHash('sha256').update(style).digest('base64');
  return {
    type: 'text/html; charset=utf-8',
    headers: { 'content-security-policy': policy(hash) },
    body: page(title, style),
  };
}

function built(): Built {
  return require('./generated/page') as Built;
}
