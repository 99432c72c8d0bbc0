/**
 * statsig-node 6.5.2 as the oracle. One `StatsigServer` at a time: its switches, diagnostics and
 * memo tables are process-global (BEHAVIOUR.md Q7), so each case builds one, asks everything, and
 * shuts it down.
 */
import { createHash } from 'node:crypto';
import type { SecondaryExposure, UserAgentParts } from '../src/engine/engine';
import { isTier } from './as-read';
import { payloadText } from './case';
import type {
  Answer,
  Case,
  CaseAnswers,
  ClientInitializeCall,
  JsonObject,
  Questions,
  UserAnswers,
  WireEvent,
} from './case';

/* eslint-disable @typescript-eslint/no-require-imports */
const { StatsigServer } = require('statsig-node');
const sha256Module = require('statsig-node/dist/utils/Sha256');
const evaluatorUtils = require('statsig-node/dist/utils/EvaluatorUtils');
const { EvaluationContext, StatsigContext } = require('statsig-node/dist/utils/StatsigContext');
const OutputLogger = require('statsig-node/dist/OutputLogger');

/** What statsig-node calls a ConfigEvaluation, as far as it is read here. */
interface Evaluation {
  value: boolean;
  rule_id: string;
  group_name: string | null;
  id_type?: string | null;
  json_value: unknown;
  secondary_exposures: SecondaryExposure[];
  undelegated_secondary_exposures?: SecondaryExposure[];
  explicit_parameters?: string[] | null;
  config_delegate?: string | null;
  configVersion?: number | null;
  unsupported: boolean;
  is_experiment_group: boolean;
  evaluation_details?: { reason: string };
  forward_all_exposures?: boolean;
  sample_rate?: number | null;
  seen_analytical_gates?: boolean;
}

interface OracleEvaluator {
  checkGate(user: unknown, name: string, context: unknown): Evaluation;
  getConfig(user: unknown, name: string, context: unknown): Evaluation;
  getLayer(user: unknown, name: string, context: unknown): Evaluation;
  _eval(context: unknown): Evaluation;
  gateOverrides: object;
  configOverrides: object;
  layerOverrides: object;
}

interface OracleStore {
  store: {
    gates: object;
    configs: object;
    layers: object;
    idLists: object;
    experimentToLayer: object;
  };
  lastUpdateTime: number;
}

interface OracleLogger {
  queue: WireEvent[];
  explicitOptions: { loggingMaxBufferSize: number };
  logGateExposure(user: unknown, name: string, evaluation: Evaluation, manual: boolean): void;
  logConfigExposure(user: unknown, name: string, evaluation: Evaluation, manual: boolean): void;
  logLayerExposure(
    user: unknown,
    name: string,
    parameter: string,
    evaluation: Evaluation,
    manual: boolean,
  ): void;
}

export interface OracleServer {
  _evaluator: OracleEvaluator;
  _store: OracleStore;
  _logger: OracleLogger;
  _errorBoundary: { logError: () => void };
  _normalizeUser(user: unknown, options: unknown): unknown;
  _options: unknown;
  initializeAsync(): Promise<unknown>;
  shutdown(): void;
  overrideGate(name: string, value: boolean, id: string): void;
  overrideConfig(name: string, value: unknown, id: string): void;
  overrideLayer(name: string, value: unknown, id: string): void;
  getClientInitializeResponse(
    user: unknown,
    clientKey: string | undefined,
    options: unknown,
  ): unknown;
}

const originalSha256 = sha256Module.SHA256;

function trueSha256(message: string): { arrayBuffer(): ArrayBuffer; dataView(): DataView } {
  const digest = createHash('sha256').update(String(message)).digest();
  const buffer = digest.buffer.slice(digest.byteOffset, digest.byteOffset + 32) as ArrayBuffer;
  return { arrayBuffer: () => buffer, dataView: () => new DataView(buffer) };
}

/**
 * Replaces the oracle's SHA-256, which is wrong for some inputs (BEHAVIOUR.md 3.12, Q10), by a true
 * one. Quicker, too. Off where the oracle must be exactly what is published.
 */
export function useTrueSha256(on: boolean): void {
  sha256Module.SHA256 = on ? trueSha256 : originalSha256;
}

/** User-agent fields as statsig-node parses them; the engines are handed these. */
export function oracleUserAgent(user: unknown): UserAgentParts {
  const part = (field: string): string | null =>
    evaluatorUtils.getFromUserAgent(user, field) ?? null;
  return {
    osName: part('os_name'),
    osVersion: part('os_version'),
    browserName: part('browser_name'),
    browserVersion: part('browser_version'),
  };
}

function answerOf(evaluation: Evaluation, isGate: boolean): Answer {
  const reason = evaluation.evaluation_details?.reason ?? null;
  const own =
    reason === 'Bootstrap' || reason === 'Network' || reason === 'DataAdapter' ? null : reason;
  const undelegated = evaluation.undelegated_secondary_exposures ?? evaluation.secondary_exposures;
  return {
    value: evaluation.value,
    ruleID: evaluation.rule_id,
    groupName: evaluation.group_name ?? null,
    idType: evaluation.id_type ?? null,
    json: isGate ? {} : evaluation.json_value === undefined ? {} : evaluation.json_value,
    secondaryExposures: evaluation.secondary_exposures,
    undelegatedSecondaryExposures: undelegated,
    explicitParameters: evaluation.explicit_parameters ?? null,
    configDelegate: evaluation.config_delegate ?? null,
    configVersion: evaluation.configVersion ?? null,
    isExperimentGroup: evaluation.is_experiment_group,
    reason: (evaluation.unsupported ? 'Unsupported' : own) as never,
    sampling: {
      forwardAll: Boolean(evaluation.forward_all_exposures),
      rate: evaluation.sample_rate ?? null,
      seenAnalytical: Boolean(evaluation.seen_analytical_gates),
    },
  };
}

/** Serves ID lists; everything else is answered with an empty object. */
function networkFor(idLists: Record<string, string>): (url: string) => Promise<unknown> {
  const base = 'http://oracle.invalid/list/';
  return async (url) => {
    const respond = (text: string): unknown => ({
      ok: true,
      status: 200,
      headers: {
        get: (name: string) => (name === 'content-length' ? String(Buffer.byteLength(text)) : null),
      },
      text: async () => text,
      json: async () => JSON.parse(text),
    });
    if (url.startsWith(base))
      return respond(idLists[decodeURIComponent(url.slice(base.length))] ?? '');
    if (!url.endsWith('/get_id_lists')) return respond('{}');
    const index = Object.entries(idLists).map(([name, text]) => [
      name,
      {
        name,
        size: Buffer.byteLength(text),
        url: base + encodeURIComponent(name),
        fileID: 'file',
        creationTime: 1,
      },
    ]);
    return respond(JSON.stringify(Object.fromEntries(index)));
  };
}

/** Plain-object maps resolve names like `constructor` to inherited members; ours do not (Q11). */
export function dropInheritedNames(server: OracleServer): void {
  const { store } = server._store;
  const maps = [store.gates, store.configs, store.layers, store.idLists, store.experimentToLayer];
  const { gateOverrides, configOverrides, layerOverrides } = server._evaluator;
  for (const map of [...maps, gateOverrides, configOverrides, layerOverrides])
    Object.setPrototypeOf(map, null);
}

/**
 * The same, for IDs in the tables of overrides: an ID `__proto__` would be lost while they are
 * written.
 */
function dropInheritedIds({ _evaluator }: OracleServer, overrides: Case['overrides']): void {
  const tables = [
    [_evaluator.gateOverrides, overrides.gates],
    [_evaluator.configOverrides, overrides.configs],
    [_evaluator.layerOverrides, overrides.layers],
  ] as const;
  for (const [table, names] of tables) {
    for (const [name, byId] of Object.entries(names))
      if (Object.keys(byId).length > 0) (table as JsonObject)[name] = Object.create(null);
  }
}

/** The same correction for the tables of names inside `options.overrides`. */
function withoutPrototypes(options: JsonObject): JsonObject {
  const { overrides } = options;
  if (overrides === null || typeof overrides !== 'object' || Array.isArray(overrides))
    return options;
  const tables = Object.entries(overrides).map(([key, names]) => [
    key,
    Object.assign(Object.create(null) as object, names),
  ]);
  return { ...options, overrides: Object.fromEntries(tables) as JsonObject };
}

function applyOverrides(server: OracleServer, overrides: Case['overrides']): void {
  const each = <T>(
    table: Record<string, Record<string, T>>,
    set: (name: string, value: T, id: string) => void,
  ): void => {
    for (const [name, byId] of Object.entries(table))
      for (const [id, value] of Object.entries(byId)) set(name, value, id);
  };
  each(overrides.gates, (name, value, id) => server.overrideGate(name, value, id));
  each(overrides.configs, (name, value, id) => server.overrideConfig(name, value, id));
  each(overrides.layers, (name, value, id) => server.overrideLayer(name, value, id));
}

function attempt<T>(run: () => T): T | { failed: true } {
  try {
    return run();
  } catch {
    return { failed: true };
  }
}

function logExposures(
  server: OracleServer,
  user: unknown,
  evaluations: Evaluated,
  parameters: Record<string, string[]>,
): void {
  const logger = server._logger;
  for (const [name, evaluation] of evaluations.gates)
    logger.logGateExposure(user, name, evaluation, false);
  for (const [name, evaluation] of evaluations.configs)
    logger.logConfigExposure(user, name, evaluation, false);
  for (const [name, evaluation] of evaluations.layers) {
    for (const parameter of parameters[name] ?? [])
      logger.logLayerExposure(user, name, parameter, evaluation, false);
  }
}

interface Evaluated {
  gates: [string, Evaluation][];
  configs: [string, Evaluation][];
  layers: [string, Evaluation][];
}

/** As sticky assignment with `enforceTargeting` does: only the targeting rules of a config. */
function askTargeting(
  server: OracleServer,
  user: unknown,
  names: string[],
): Record<string, boolean | 'failed'> {
  const answers: Record<string, boolean | 'failed'> = Object.create(null);
  for (const name of names) {
    const spec = (server._store.store.configs as Record<string, unknown>)[name];
    if (spec === undefined) continue;
    const evaluation = attempt(() =>
      server._evaluator._eval(
        EvaluationContext.get(StatsigContext.new({ caller: 'differential' }), {
          user,
          spec,
          onlyEvaluateTargeting: true,
        }),
      ),
    );
    answers[name] = 'failed' in evaluation ? 'failed' : evaluation.value;
  }
  return answers;
}

type Evaluate = (user: unknown, name: string, context: unknown) => Evaluation;

function askUser(server: OracleServer, input: unknown, questions: Questions): UserAnswers {
  const user = server._normalizeUser(input, server._options);
  const evaluated: Evaluated = { gates: [], configs: [], layers: [] };
  const ask = (
    names: string[],
    evaluate: Evaluate,
    into: [string, Evaluation][],
    isGate: boolean,
  ): Record<string, Answer> => {
    const answers: Record<string, Answer> = Object.create(null);
    for (const name of names) {
      answers[name] = attempt(() => {
        const evaluation = evaluate.call(
          server._evaluator,
          user,
          name,
          StatsigContext.new({ caller: 'differential' }),
        );
        into.push([name, evaluation]);
        return answerOf(evaluation, isGate);
      });
    }
    return answers;
  };
  const { names } = questions;
  const answers: UserAnswers = {
    gates: ask(names.gates, server._evaluator.checkGate, evaluated.gates, true),
    configs: ask(names.configs, server._evaluator.getConfig, evaluated.configs, false),
    layers: ask(names.layers, server._evaluator.getLayer, evaluated.layers, false),
  };
  if (questions.targeting === true) answers.targeting = askTargeting(server, user, names.configs);
  if (questions.exposures) logExposures(server, user, evaluated, questions.layerParameters);
  return answers;
}

function askClientInitialize(
  server: OracleServer,
  one: Case,
  call: ClientInitializeCall,
): string | null | { failed: true } {
  const random = Math.random;
  Math.random = () => call.random;
  try {
    const user = copyUser(one.users[call.user]);
    const response = server.getClientInitializeResponse(
      user,
      call.clientKey ?? undefined,
      withoutPrototypes(call.options),
    );
    return response === null ? { failed: true } : JSON.stringify(response);
  } finally {
    Math.random = random;
  }
}

/** statsig-node writes to the user it is given; every question gets its own. */
function copyUser(user: unknown): unknown {
  if (user === null || typeof user !== 'object') return user;
  return Object.assign(Object.create(Object.getPrototypeOf(user) as object | null) as object, user);
}

/**
 * What statsig-node complains about is not compared; its exception reports would go to the Internet
 * (Q20).
 */
function silence(server: OracleServer): void {
  const quiet = (): void => undefined;
  OutputLogger.default.setLogger(
    { warn: quiet, error: quiet, info: quiet, debug: quiet, logLevel: 'none' },
    null,
  );
  server._errorBoundary.logError = quiet;
}

export interface OracleOptions {
  /** Give the oracle the documented corrections (Q11). Default true. */
  corrected?: boolean;
}

async function startServer(one: Case, options: OracleOptions): Promise<OracleServer> {
  const server: OracleServer = new StatsigServer('secret-oracle', {
    bootstrapValues: payloadText(one.payload),
    environment: one.environment ?? undefined,
    networkOverrideFunc: networkFor(one.idLists),
    initStrategyForIP3Country: 'await',
    disableRulesetsSync: true,
    disableIdListsSync: true,
    disableDiagnostics: true,
  });
  silence(server);
  await withoutMethods(options.corrected !== false, () => server.initializeAsync());
  server._logger.explicitOptions.loggingMaxBufferSize = Infinity;
  server._logger.queue = [];
  // Before the overrides: setting one named `toString` would write to the function that every
  // object inherits.
  if (options.corrected !== false) dropInheritedNames(server);
  if (options.corrected !== false) dropInheritedIds(server, one.overrides);
  applyOverrides(server, one.overrides);
  return server;
}

/**
 * Members of payload objects that are called `toString` or `valueOf` are no methods here, where
 * statsig-node throws: with this it converts what it parses meanwhile as any other object.
 */
async function withoutMethods(isWanted: boolean, run: () => Promise<unknown>): Promise<void> {
  const { parse } = JSON;
  const asPlain = (_key: string, value: unknown): unknown => {
    const isOdd =
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      (Object.hasOwn(value, 'toString') || Object.hasOwn(value, 'valueOf'));
    return isOdd
      ? Object.defineProperty(value, Symbol.toPrimitive, { value: () => '[object Object]' })
      : value;
  };
  if (isWanted) JSON.parse = (text, reviver) => parse(text, reviver ?? asPlain) as unknown;
  try {
    await run();
  } finally {
    JSON.parse = parse;
  }
}

const prototypes = [Object, Array, String, Number, Boolean, Function, Date, RegExp, Map, Set].map(
  ({ prototype }) => prototype as object,
);
const ownKeys = prototypes.map((prototype) => new Set(Reflect.ownKeys(prototype)));

/**
 * statsig-node writes to tables by names that a payload or caller chose; a table without the
 * corrections above would lead such a name to a prototype, and everything asked later in this
 * process would be wrong.
 */
function assertCleanPrototypes(): void {
  for (const [index, prototype] of prototypes.entries()) {
    const added = Reflect.ownKeys(prototype).filter(
      (key) => !(ownKeys[index] as Set<string | symbol>).has(key),
    );
    for (const key of added) Reflect.deleteProperty(prototype, key);
    if (added.length > 0)
      throw new Error(
        `statsig-node added ${added.map(String).join(', ')} to ${prototype.constructor.name}.prototype`,
      );
  }
}

/**
 * Asks statsig-node everything. `Date.now` stands still meanwhile; the process must run in
 * `one.timeZone`.
 */
export async function askOracle(
  one: Case,
  questions: Questions,
  options: OracleOptions = {},
): Promise<CaseAnswers> {
  const server = await startServer(one, options);
  const realNow = Date.now;
  Date.now = () => one.now;
  try {
    const users = one.users.map((user) => askUser(server, copyUser(user), questions));
    const events = JSON.parse(JSON.stringify(server._logger.queue)) as WireEvent[];
    const clientInitialize = questions.clientInitialize.map((call) =>
      askClientInitialize(server, one, call),
    );
    return { accepted: server._store.lastUpdateTime > 0, users, events, clientInitialize };
  } finally {
    Date.now = realNow;
    server._logger.queue = [];
    server.shutdown();
    assertCleanPrototypes();
  }
}

/** The environment that statsig-node would put on a user (BEHAVIOUR.md 3.9). */
export function environmentOf(one: {
  payload: JsonObject;
  environment: JsonObject | null;
}): JsonObject | null {
  if (one.environment !== null) return one.environment;
  const given = one.payload['default_environment'];
  return isTier(given) ? (JSON.parse(payloadText({ tier: given })) as JsonObject) : null;
}
