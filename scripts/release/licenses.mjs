// What ships of others' code in the binaries, and its licences: licenses/crates.json, native.txt
// and wasm.txt.
//
//   node scripts/release/licenses.mjs           writes them, from what cargo resolves
//   node scripts/release/licenses.mjs --check   fails when they differ from what would be written
//
// stage-packages.mjs puts the texts into every package, sbom.mjs reads the list. rust-std.txt is
// for the standard library, taken by hand from the notices of Rust 1.95 and the sources of the
// crates in it.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { artefacts, cratesIn, lockedCrates } from './crates.mjs';
import { root } from '../lib/stamp.mjs';

const folder = 'licenses';
const rule = `\n\n${'-'.repeat(80)}\n\n`;
/** Where a crate gives a choice, the first of these that it offers. */
const preferred = ['MIT', 'ISC', 'Zlib', 'BSL-1.0', 'BSD-3-Clause', 'Apache-2.0'];
/** The licence whose text a crate ships, where that is not the preferred one. */
const shipped = { 'brotli-decompressor': 'BSD-3-Clause' };
/** Crates without a text, and the one of the same repository and owner that has it. */
const sibling = { 'alloc-stdlib': 'alloc-no-stdlib' };
const fileOf = { MIT: /mit/i, 'BSL-1.0': /boost|bsl/i, 'Apache-2.0': /apache/i };

/** The licence under which a crate is used. @throws when it offers none of those above */
function chosen({ name, license }) {
  const offered = license.split(/ OR |\//);
  const found = shipped[name] ?? preferred.find((id) => offered.includes(id));
  if (found === undefined)
    throw new Error(`${name}: licence ${license} is none of ${preferred.join(', ')}`);
  return found;
}

function mitOf({ authors }) {
  const [, ...conditions] = readFileSync(join(root, 'LICENSE'), 'utf8').split(
    /^(?=Permission is)/m,
  );
  return `MIT License\n\nCopyright (c) ${authors.join(', ')}\n\n${conditions.join('')}`.trim();
}

/** A crate's licence text; MIT's own words with its authors' names where it ships none. */
function textOf(crate, all) {
  const other = all.find(({ name }) => name === sibling[crate.name]);
  if (other !== undefined) return textOf(other, all);
  const id = chosen(crate);
  const files = readdirSync(crate.folder).filter((file) => /^(licen[cs]e|copying)/i.test(file));
  const file =
    files.find((name) => fileOf[id]?.test(name)) ?? (files.length === 1 ? files[0] : undefined);
  if (file !== undefined)
    return readFileSync(join(crate.folder, file), 'utf8').replaceAll('\r\n', '\n').trim();
  if (id !== 'MIT' || files.length > 0 || crate.authors.length === 0)
    throw new Error(`${crate.name} holds no text of ${id}`);
  return mitOf(crate);
}

/** file → text. */
function generated() {
  const crates = Object.fromEntries(
    Object.keys(artefacts).map((artefact) => [artefact, cratesIn(artefact)]),
  );
  const list = Object.fromEntries(
    Object.entries(crates).map(([artefact, rows]) => [
      artefact,
      rows.map((row) => ({
        name: row.name,
        version: row.version,
        license: row.license,
        used: chosen(row),
        sha256: row.sha256,
      })),
    ]),
  );
  const standard = readFileSync(join(root, folder, 'rust-std.txt'), 'utf8').trim();
  const texts = Object.entries(crates).map(([artefact, rows]) => {
    const parts = rows.map(
      (row) => `${row.name} ${row.version} (${chosen(row)})\n\n${textOf(row, rows)}`,
    );
    return [`${folder}/${artefact}.txt`, `${[...parts, standard].join(rule)}\n`];
  });
  return {
    [`${folder}/crates.json`]: `${JSON.stringify(list, null, 2)}\n`,
    ...Object.fromEntries(texts),
  };
}

const isSame = (file, text) =>
  existsSync(join(root, file)) &&
  readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n') === text;

/**
 * What is listed and no longer locked, as sentences; needs no cargo. What is missing from the list
 * only --check sees.
 */
export function licenceProblems(crates = readCrates(), locked = lockedCrates()) {
  return Object.values(crates)
    .flat()
    .filter(({ name, version, sha256 }) => locked.get(`${name} ${version}`) !== sha256)
    .map(
      ({ name, version }) =>
        `${folder}/crates.json: ${name} ${version} is not in Cargo.lock; run node scripts/release/licenses.mjs`,
    );
}

/**
 * licenses/crates.json: `{ native, wasm }`, each a list of `{ name, version, license, used, sha256
 * }`.
 */
export function readCrates() {
  return JSON.parse(readFileSync(join(root, folder, 'crates.json'), 'utf8'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = generated();
  if (process.argv.includes('--check')) {
    const stale = Object.entries(files)
      .filter(([file, text]) => !isSame(file, text))
      .map(([file]) => file);
    for (const file of stale)
      console.error(`${file}: stale; run node scripts/release/licenses.mjs`);
    console.log(`licences: ${Object.keys(files).length} files, ${stale.length} stale`);
    process.exitCode = stale.length === 0 ? 0 : 1;
  } else {
    for (const [file, text] of Object.entries(files)) writeFileSync(join(root, file), text);
    console.log(`wrote ${Object.keys(files).join(', ')}`);
  }
}
