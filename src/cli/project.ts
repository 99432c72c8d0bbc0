/** Where payloads and users come from that commands look at. */
import { parseProject, type Project } from '../project/payload';
import { didYouMean } from '../host/nearest';
import { UsageError, type Output } from './command';
import { readTextFile } from './files';
import { askForPayload, problemWith } from './service';

/**
 * Reads a payload: a file, `-` for standard input, or a URL, of a local server or proxy too.
 * @throws Error that says why not
 */
export async function readProject(from: string): Promise<Project> {
  if (/^https?:/.test(from)) return download(from);
  return parseProject(await readText(from), from === '-' ? 'standard input' : from);
}

/** Says of each name what it may have been meant for. */
export function tellUnknown(names: string[], known: string[], output: Output): void {
  for (const name of names) output.error(`nothing is called ${name}${didYouMean(name, known)}`);
}

async function download(url: string): Promise<Project> {
  const answered = await askForPayload(url);
  const problem = problemWith(answered);
  if (problem !== null) throw new Error(problem);
  return parseProject(answered.text, answered.where);
}

let isInputRead = false;

/** The text of a file, or of standard input. @throws Error that says why not */
export async function readText(from: string): Promise<string> {
  if (from !== '-') return readTextFile(from);
  if (isInputRead) throw new UsageError('standard input is there for one thing only');
  isInputRead = true;
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

/** A user from the command line: JSON, `@FILE`, `-`, or a plain user ID. */
export async function readUser(given: string | undefined): Promise<Record<string, unknown>> {
  if (given === undefined)
    throw new UsageError('--user is missing: an ID, JSON, @FILE, or - for standard input');
  const text =
    given === '-' || given.startsWith('@') ? await readText(given.replace(/^@/, '')) : given;
  if (!/^\s*[{[]/.test(text)) return { userID: text === given ? text : text.trim() };
  return userOf(parsedUser(text));
}

function parsedUser(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`--user is no JSON: ${(error as Error).message}`);
  }
}

function userOf(parsed: unknown): Record<string, unknown> {
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new UsageError('--user is one user, an object such as {"userID":"ada"}');
  return parsed as Record<string, unknown>;
}
