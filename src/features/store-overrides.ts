/** Local overrides of parameter stores (NEWER.md 12). The engines know nothing of them. */
import { fieldsOf } from '../host/fields';
import type { EngineHost } from '../engine-host/engine-host';
import { EvaluationDetails, type EvaluationReason } from '../results/results';
import { attribute, keysOf } from '../users/user-reader';

/** What there is to a parameter store for one user. */
export interface StoreDefinition {
  /** As in a payload; undefined for none. */
  definition: unknown;
  details: EvaluationDetails;
}

/** What is needed of a life. */
interface Life {
  readonly engineHost: Pick<EngineHost, 'facts' | 'specTimes'>;
  readonly clock: { now(): number };
}

type Values = Readonly<Record<string, unknown>>;

/** See the head of this file. */
export class StoreOverrides {
  /** Name, then userID, custom ID or '' for everyone. */
  private readonly byName = new Map<string, Map<string, Values>>();

  /** @throws TypeError when the value is no JSON */
  set(name: string, value: object, id: string): void {
    const copy: Values = JSON.parse(JSON.stringify(value));
    const ids = this.byName.get(name) ?? new Map<string, Values>();
    this.byName.set(name, ids.set(id, copy));
  }

  /** Without an ID all of the name. */
  remove(name: string, id: string | null): void {
    if (id === null) this.byName.delete(name);
    else this.byName.get(name)?.delete(id);
  }

  clear(): void {
    this.byName.clear();
  }

  /** The user's own, by userID, then custom IDs in their order, then everyone's. */
  storeFor(user: object, name: string): Values | null {
    const ids = this.byName.get(name);
    if (ids === undefined) return null;
    const customIDs = attribute(user, 'customIDs');
    const own = [attribute(user, 'userID'), ...customIDsOf(customIDs)].find(
      (id) => id !== undefined && id !== null && ids.has(String(id)),
    );
    return ids.get(own === undefined ? '' : String(own)) ?? null;
  }
}

function customIDsOf(customIDs: unknown): unknown[] {
  return keysOf(customIDs).map((key) => attribute(customIDs, key));
}

/** The store of a name, or what overrides it. */
export function storeOf(life: Life, name: string, override: Values | null): StoreDefinition {
  const { engineHost, clock } = life;
  const stored = engineHost.facts.parameterStore(name);
  const { reason, configSyncTime, initTime } = engineHost.specTimes;
  const known = stored === undefined ? 'Unrecognized' : reason;
  const why = (override === null ? known : 'LocalOverride') as EvaluationReason;
  const details = new EvaluationDetails(configSyncTime, initTime, why, clock.now());
  return { definition: override === null ? stored : definitionOf(override), details };
}

/** Values as parameters: what has not the form of one is the value itself. */
function definitionOf(values: Values): { parameters: Record<string, unknown> } {
  const entries = Object.entries(values).map(
    ([name, value]) => [name, isParameter(value) ? value : asStatic(value)] as const,
  );
  return { parameters: Object.fromEntries(entries) };
}

function isParameter(value: unknown): boolean {
  const { ref_type: ref, param_type: type } = fieldsOf(value ?? {});
  return typeof ref === 'string' && typeof type === 'string';
}

function asStatic(value: unknown): object {
  const type = Array.isArray(value) ? 'array' : typeof value;
  return { ref_type: 'static', param_type: type, value };
}
