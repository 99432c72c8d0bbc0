/** The page: one script and one style, built from `page/` by scripts/build/inspector.mjs. */
import type { Answer } from './respond';

interface Built {
  script: string;
  style: string;
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">' +
  '<rect width="16" height="16" rx="4" fill="#2257c5"/>' +
  '<path d="M4 8.5 7 11l5-6" fill="none" stroke="#fff" stroke-width="2"/></svg>';

const HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Statsig inspector</title>
<link rel="icon" href="_inspector/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="_inspector/page.css">
<script src="_inspector/page.js" defer></script>
</head>
<body>
<div id="app"><p class="loading">Loading…</p></div>
<noscript><p>This page needs JavaScript. A local server shows events without it at
<a href="_page">_page</a>.</p></noscript>
</body>
</html>
`;

/** Null for other paths. @throws Error when the page was not built */
export function assetFor(path: string): Answer | null {
  switch (path) {
    case '/':
      return { type: 'text/html; charset=utf-8', body: HTML };
    case '/_inspector/page.js':
      return { type: 'text/javascript; charset=utf-8', body: built().script };
    case '/_inspector/page.css':
      return { type: 'text/css; charset=utf-8', body: built().style };
    case '/_inspector/icon.svg':
      return { type: 'image/svg+xml', body: ICON };
    default:
      return null;
  }
}

function built(): Built {
  return require('./generated/page') as Built;
}
