// What is read of uap-core (Apache-2.0): its patterns of browsers and systems, brought to words that
// mean the same to JavaScript and to the crate regex, in src/users/uap-core.json. The native engine
// compiles that file in, too.
//
//   node scripts/build/uap-data.mjs           writes it from the npm package uap-core
//   node scripts/build/uap-data.mjs --check   fails when it differs from what would be written
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { root } from '../lib/stamp.mjs';

const file = 'src/users/uap-core.json';
const require = createRequire(import.meta.url);

/** Section → how its replacements are called, names first. */
const sections = {
  user_agent_parsers: ['family_replacement', 'v1_replacement', 'v2_replacement', 'v3_replacement'],
  os_parsers: ['os_replacement', 'os_v1_replacement', 'os_v2_replacement', 'os_v3_replacement'],
};

const blank = '\\t\\n\\x0b\\f\\r ';
const classes = { d: '0-9', w: 'A-Za-z0-9_', s: blank };

/** The little of YAML that the file is written in: section → list of `{ key: text }`. */
function entriesOf(yaml) {
  const found = {};
  let list = [];
  for (const line of yaml.split('\n')) {
    const section = /^(\w+):\s*$/.exec(line);
    if (section) list = found[section[1]] = [];
    const [, dash, key, single, double] =
      /^\s*(- )?(\w+):\s*(?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)")\s*(?:#.*)?$/.exec(line) ?? [];
    if (dash) list.push({});
    if (key)
      list.at(-1)[key] =
        single !== undefined ? single.replaceAll("''", "'") : JSON.parse(`"${double}"`);
    else if (!section && !/^\s*(#.*)?$/.test(line)) throw new Error(`not read: ${line}`);
  }
  return found;
}

/** An escaped character. */
function escaped(letter, isInClass, regex) {
  if (letter in classes) return isInClass ? classes[letter] : `[${classes[letter]}]`;
  if (letter === 'S' && !isInClass) return `[^${blank}]`;
  if (letter === 'b' && !isInClass) return '\\b';
  if (/\w/.test(letter)) throw new Error(`\\${letter} is not known: ${regex}`);
  const special = isInClass ? /[\]\\^[-]/ : /[\^$\\.*+?()[\]{}|/]/;
  return special.test(letter) ? `\\${letter}` : letter;
}

/**
 * A repetition, or null where there is none. Long ones have no end, as in the crate ua-parser: they
 * are there for engines that try too much.
 */
function repetition(rest) {
  const [all, from, to] = /^\{(\d+)(?:,(\d*))?\}/.exec(rest) ?? [];
  if (all === undefined) return null;
  const isLong = (from === '0' || from === '1') && to?.length > 2;
  return { all, text: isLong ? (from === '0' ? '*' : '+') : all };
}

/** The pattern in words of which both languages have one meaning, with JavaScript's flag `u`. */
export function portable(regex) {
  let text = '';
  let isInClass = false;
  for (let at = 0; at < regex.length; at++) {
    const letter = regex[at];
    const repeated = letter === '{' && !isInClass ? repetition(regex.slice(at)) : null;
    if (repeated) at += repeated.all.length - 1;
    if (letter === '\\') text += escaped(regex[++at], isInClass, regex);
    else if (letter === '[' && !isInClass) {
      isInClass = true;
      text += regex[at + 1] === '^' ? `[${regex[++at]}` : '[';
    } else if (letter === ']' && isInClass) {
      isInClass = false;
      text += ']';
    } else if (letter === '.' && !isInClass) text += '[^\\n]';
    else if (repeated) text += repeated.text;
    else if (/[[\]{}]/.test(letter)) text += `\\${letter}`;
    else text += letter;
  }
  new RegExp(text, 'u');
  return text;
}

/** `[regex, name, major, minor, patch]` without what is not there at the end. */
function rowOf(entry, keys) {
  const row = [portable(entry.regex), ...keys.map((key) => entry[key] || null)];
  const odd = row.slice(1).find((text) => /\$(?!\d(?!\w))/.test(text ?? ''));
  if (odd !== undefined) throw new Error(`a placeholder of another form: ${odd}`);
  while (row.at(-1) === null) row.pop();
  return row;
}

function generated() {
  const entries = entriesOf(readFileSync(require.resolve('uap-core/regexes.yaml'), 'utf8'));
  const lists = Object.entries(sections).map(([section, keys]) =>
    entries[section].map((entry) => JSON.stringify(rowOf(entry, keys))),
  );
  return `[\n${lists.map((rows) => `[\n${rows.join(',\n')}\n]`).join(',\n')}\n]\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = generated();
  const path = join(root, file);
  if (!process.argv.includes('--check')) writeFileSync(path, text);
  else if (readFileSync(path, 'utf8').replaceAll('\r\n', '\n') !== text) {
    console.error(`${file}: stale; run node scripts/build/uap-data.mjs`);
    process.exitCode = 1;
  }
  console.log(`${file}: ${text.length} bytes`);
}
