/**
 * Projects that commands look at: where their payload comes from, and an instance that answers from
 * it.
 */
import { fieldsOf } from '../host/fields';
import { readFile } from 'node:fs/promises';
import { StatsigServer } from '../api/statsig';
import { UsageError } from './command';

/**
 * Name of the variable that holds the secret key; a key on a command line would stand in the
 * history of shells.
 */
export const KEY_VARIABLE = 'STATSIG_SECRET_KEY';

/** One condition, as payloads write it. */
export interface Condition {
  type?: unknown;
  operator?: unknown;
  targetValue?: unknown;
  field?: unknown;
  additionalValues?: unknown;
}

export interface Rule {
  id?: string;
  name?: string;
  groupName?: string | null;
  passPercentage?: number;
  returnValue?: unknown;
  conditions?: unknown;
  configDelegate?: string;
}

export interface Spec {
  name: string;
  kind: Kind;
  entity: string;
  enabled?: boolean;
  salt?: string;
  defaultValue?: unknown;
  rules: Rule[];
  /** Length of its JSON. */
  size: number;
}

export type Kind = 'gate' | 'config' | 'layer';

/** A payload, read. */
export interface Project {
  text: string;
  specs: Spec[];
  /** Names of ID lists. */
  idLists: string[];
}

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

/** @throws Error when it is no payload */
export function parseProject(text: string, from: string): Project {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(`${from} is no JSON`);
  }
  const payload = fieldsOf(parsed ?? {});
  if (typeof parsed !== 'object' || !('feature_gates' in payload))
    throw new Error(`${from} is no payload of config specs: it has no feature_gates`);
  const conditions = fieldsOf(payload['condition_map'] ?? {});
  const specs = (
    [
      ['feature_gates', 'gate'],
      ['dynamic_configs', 'config'],
      ['layer_configs', 'layer'],
    ] as const
  ).flatMap(([list, kind]) =>
    entriesOf(payload[list]).map((spec) => specOf(spec, kind, conditions)),
  );
  return { text, specs, idLists: Object.keys(payload['id_lists'] ?? {}) };
}

/** Lists are arrays in dcs-v1 and objects by name in dcs-v2. */
function entriesOf(list: unknown): Record<string, unknown>[] {
  if (typeof list !== 'object' || list === null) return [];
  const entries = Array.isArray(list)
    ? list
    : Object.entries(list).map(([name, spec]) => ({ name, ...(spec as object) }));
  return entries.filter(
    (entry): entry is Record<string, unknown> => typeof entry === 'object' && entry !== null,
  );
}

function specOf(
  spec: Record<string, unknown>,
  kind: Kind,
  conditions: Record<string, unknown>,
): Spec {
  const rules = entriesOf(spec['rules']).map(
    (rule): Rule => ({
      ...rule,
      conditions: [rule['conditions'] ?? []]
        .flat()
        .map((one) => (typeof one === 'string' ? conditions[one] : one)),
    }),
  );
  const { name, entity, ...rest } = spec;
  return {
    ...rest,
    name: String(name),
    kind,
    entity: typeof entity === 'string' ? entity : kind,
    rules,
    size: JSON.stringify(spec).length,
  };
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

/**
 * Calls `use` with an instance that answers from a payload alone: no network, no events. ID lists
 * are empty.
 */
export async function withServer<T>(
  project: Project,
  use: (server: StatsigServer) => T,
): Promise<T> {
  const server = new StatsigServer('secret-cli', {
    localMode: true,
    bootstrapValues: project.text,
    disableAllLogging: true,
    disableDiagnostics: true,
    logger: { logLevel: 'none', warn: () => undefined, error: () => undefined },
  });
  const { success, error } = await server.initializeAsync();
  try {
    if (!success || server.health().source !== 'Bootstrap')
      throw error ?? new Error('The payload cannot be used');
    return use(server);
  } finally {
    await server.shutdownAsync(0);
  }
}
