/** Where payloads and users come from that commands look at. */
import { readFile } from 'node:fs/promises';
import { parseProject, type Project } from '../project/payload';
import { UsageError } from './command';

/**
 * Name of the variable that holds the secret key; a key on a command line would stand in the
 * history of shells.
 */
export const KEY_VARIABLE = 'STATSIG_SECRET_KEY';

/**
 * Reads a payload: a file, `-` for standard input, or a URL, of a local server or proxy too.
 * @throws Error that says why not
 */
export async function readProject(from: string): Promise<Project> {
  const text = /^https?:/.test(from) ? await download(from) : await readText(from);
  return parseProject(text, from);
}

/** The text of a file, or of standard input. @throws Error that says why not */
export async function readText(from: string): Promise<string> {
  if (from !== '-') return readFile(from, 'utf8');
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

async function download(url: string): Promise<string> {
  const key = process.env[KEY_VARIABLE] ?? 'secret-local';
  const { pathname } = new URL(url);
  const isWhole = pathname.includes('download_config_specs');
  const answer = await fetch(
    isWhole ? url : `${url.replace(/\/(v1\/?)?$/, '')}/v1/download_config_specs/${key}.json`,
  );
  if (!answer.ok)
    throw new Error(
      `${new URL(url).origin} answered ${answer.status}; is ${KEY_VARIABLE} set to the ` +
        `project's secret key?`,
    );
  return answer.text();
}

/** A user from the command line: JSON, `@FILE`, `-`, or a plain user ID. */
export async function readUser(given: string | undefined): Promise<Record<string, unknown>> {
  if (given === undefined)
    throw new UsageError('--user is missing: an ID, JSON, @FILE, or - for standard input');
  const text =
    given === '-' || given.startsWith('@') ? await readText(given.replace(/^@/, '')) : given;
  if (!text.trimStart().startsWith('{')) return { userID: text };
  try {
    return JSON.parse(text);
  } catch {
    throw new UsageError('--user is no JSON');
  }
}
