/** Style of the page, light and dark. A file of its own, since the page allows nothing inline. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --ink: #1c2330; --quiet: #5d6778; --line: #dfe3ea;
  --paper: #fff; --raised: #f5f7fa; --accent: #2257c5;
}
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ef; --quiet: #98a2b3; --line: #2e3542;
    --paper: #14181f; --raised: #1c222c; --accent: #8ab1ff; }
}
* { box-sizing: border-box; }
body {
  max-width: 70rem; margin: 0 auto; padding: 1.5rem; overflow-wrap: anywhere;
  font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
}
h1 { margin: 0 0 .25rem; font-size: 1.4rem; }
h2 { margin: 2rem 0 .5rem; font-size: 1.1rem; }
p { margin: .25rem 0; color: var(--quiet); }
a { color: var(--accent); }
code, pre { font: .86em/1.5 ui-monospace, monospace; }
p code { color: var(--ink); }
dl {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr));
  gap: .75rem; margin: 1.25rem 0 0;
}
dl div {
  padding: .6rem .8rem; border: 1px solid var(--line); border-radius: .5rem;
  background: var(--raised);
}
dt { font-size: .8rem; color: var(--quiet); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
ol { margin: 0; padding: 0; list-style: none; border-top: 1px solid var(--line); }
li { border-bottom: 1px solid var(--line); }
summary, .head {
  display: grid; grid-template-columns: .8rem 7rem 2fr 2fr 1fr;
  gap: 0 1rem; padding: .45rem .4rem; cursor: pointer;
}
summary::before { content: '▸'; color: var(--quiet); }
details[open] > summary::before { content: '▾'; }
.head { cursor: default; font-size: .8rem; color: var(--quiet); }
summary:hover { background: var(--raised); }
summary:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
summary > * {
  overflow: hidden; white-space: nowrap; text-overflow: ellipsis; unicode-bidi: isolate;
}
time { color: var(--quiet); font-variant-numeric: tabular-nums; }
summary b { font-weight: 600; }
pre {
  max-height: 24rem; margin: 0 .4rem .6rem; padding: .7rem .9rem; overflow: auto;
  white-space: pre-wrap;
  border-radius: .5rem; background: var(--raised); unicode-bidi: plaintext;
}
@media (max-width: 40rem) {
  body { padding: 1rem; }
  .head { display: none; }
  dl { grid-template-columns: 1fr 1fr; }
  summary { grid-template-columns: .8rem 1fr 6.5rem; }
  summary time { grid-area: 1 / 3; }
  summary b + span { grid-area: 2 / 2; }
  summary span + span { grid-area: 2 / 3; }
}
`;
