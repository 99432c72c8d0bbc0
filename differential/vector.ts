/** Reading and writing of `testdata/vectors` (format: testdata/vectors/README.md). */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutcomeRecord, UserAgentParts } from '../src/engine/engine';
import { allQuestions, noUserAgent } from './case';
import type { Answer, Case, CaseAnswers, Json, JsonObject, Questions, UserAnswers } from './case';
import { askOracle, oracleUserAgent, useTrueSha256 } from './oracle';

type PartialAnswer = Partial<OutcomeRecord> | { failed: true };
type PartialAnswers = { [K in keyof UserAnswers]: Record<string, PartialAnswer> };

export interface VectorCall {
  user: number;
  options: JsonObject;
  response: Json;
}

/** One vector as it is stored. */
export interface Vector extends Omit<Case, 'users' | 'userAgents'> {
  /** Why this vector is not what statsig-node answers; only in improved.json. */
  reason?: string;
  users: Json[];
  userAgents: (UserAgentParts | null)[];
  expected: PartialAnswers[];
  clientInitialize?: VectorCall[];
}

export const vectorsDirectory = join(__dirname, '..', 'testdata', 'vectors');
/** Hand-written answers that no oracle gives. */
export const improvedFile = 'improved.json';

/**
 * Vectors of dcs-v2, which statsig-node does not read: hand-written, and held against
 * statsig-node-core.
 */
export function isV2File(file: string): boolean {
  return file.startsWith('v2-');
}

/** Files whose answers are statsig-node's. */
export function answeredFiles(): string[] {
  return vectorFiles().filter((file) => file !== improvedFile && !isV2File(file));
}

export function vectorFiles(): string[] {
  return readdirSync(vectorsDirectory)
    .filter((name) => name.endsWith('.json'))
    .sort();
}

export function readVectors(file: string): Vector[] {
  return JSON.parse(readFileSync(join(vectorsDirectory, file), 'utf8')) as Vector[];
}

/** JSON with line breaks down to `levels`, compact below: short to read, small to diff. */
export function formatJson(value: unknown, levels = 4, indent = ''): string {
  if (levels === 0 || value === null || typeof value !== 'object') return JSON.stringify(value);
  const inner = `${indent} `;
  const isArray = Array.isArray(value);
  const entries = isArray
    ? value.map((item) => formatJson(item, levels - 1, inner))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${formatJson(item, levels - 1, inner)}`,
      );
  const [open, close] = isArray ? '[]' : '{}';
  return entries.length === 0
    ? `${open}${close}`
    : `${open}\n${inner}${entries.join(`,\n${inner}`)}\n${indent}${close}`;
}

export function writeVectors(file: string, vectors: Vector[]): void {
  writeFileSync(join(vectorsDirectory, file), `${formatJson(vectors)}\n`);
}

const defaults: Omit<
  OutcomeRecord,
  'kind' | 'name' | 'persistedTime' | 'undelegatedSecondaryExposures'
> = {
  value: false,
  ruleID: '',
  groupName: null,
  idType: null,
  json: {},
  secondaryExposures: [],
  explicitParameters: null,
  configDelegate: null,
  configVersion: null,
  isExperimentGroup: false,
  reason: null,
  sampling: { forwardAll: false, rate: null, seenAnalytical: false },
};

/** Leaves out what the README says may be left out. */
export function compress(answer: Answer): PartialAnswer {
  if ('failed' in answer) return answer;
  const full = answer as unknown as Record<string, unknown>;
  const kept: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(defaults)) {
    if (JSON.stringify(full[key]) !== JSON.stringify(value)) kept[key] = full[key];
  }
  const undelegated = answer.undelegatedSecondaryExposures;
  if (JSON.stringify(undelegated) !== JSON.stringify(answer.secondaryExposures))
    kept['undelegatedSecondaryExposures'] = undelegated;
  return kept as PartialAnswer;
}

/** The opposite of `compress`. */
export function expand(answer: PartialAnswer): Answer {
  if ('failed' in answer) return answer;
  const secondaryExposures = answer.secondaryExposures ?? [];
  return { ...defaults, undelegatedSecondaryExposures: secondaryExposures, ...answer } as Answer;
}

function compressUser(answers: UserAnswers): PartialAnswers {
  const all = (kind: Record<string, Answer>): Record<string, PartialAnswer> =>
    Object.fromEntries(Object.entries(kind).map(([name, answer]) => [name, compress(answer)]));
  return { gates: all(answers.gates), configs: all(answers.configs), layers: all(answers.layers) };
}

/**
 * What a vector asks: every name that its expectations hold, or every name of its payload when it
 * has none yet.
 */
export function vectorQuestions(vector: Vector): Questions {
  const [first] = vector.expected;
  const names =
    first === undefined
      ? allQuestions(vector.payload).names
      : {
          gates: Object.keys(first.gates),
          configs: Object.keys(first.configs),
          layers: Object.keys(first.layers),
        };
  const calls = (vector.clientInitialize ?? []).map(({ user, options }) => {
    const { clientKey, random, ...rest } = options;
    return {
      user,
      clientKey: (clientKey as string | undefined) ?? null,
      random: (random as number | undefined) ?? 0,
      options: rest,
    };
  });
  return { names, layerParameters: {}, exposures: false, clientInitialize: calls };
}

function sameParts(parts: UserAgentParts): boolean {
  return JSON.stringify(parts) === JSON.stringify(noUserAgent);
}

function withAnswers(vector: Vector, answers: CaseAnswers): Vector {
  const userAgents = vector.users.map((user) => {
    const parts = oracleUserAgent(user);
    return sameParts(parts) ? null : parts;
  });
  const calls = vector.clientInitialize?.map((call, index) => {
    const response = answers.clientInitialize[index] ?? null;
    return {
      ...call,
      response: typeof response === 'string' ? (JSON.parse(response) as Json) : (response as Json),
    };
  });
  const { expected: _old, clientInitialize: _calls, userAgents: _agents, ...input } = vector;
  return {
    ...input,
    userAgents,
    expected: answers.users.map(compressUser),
    ...(calls === undefined ? {} : { clientInitialize: calls }),
  };
}

/**
 * The vector with fresh answers from statsig-node. The process must run in the vector's time zone.
 */
export async function answerVector(vector: Vector): Promise<Vector> {
  useTrueSha256(false);
  const answers = await askOracle(vector, vectorQuestions(vector));
  if (!answers.accepted) throw new Error(`${vector.name}: the oracle rejects the payload`);
  return withAnswers(vector, answers);
}
