/**
 * Interned results. Evaluation produces `Result`s, found again by identity (terminal, exposures, sampling inputs), and
 * the facade sees `Outcome`s, numbered and unique by content. Both live for one epoch.
 */

import { OutcomeReason, OutcomeRecord, SecondaryExposure, SpecKind } from '../engine';
import { TABLE_FULL } from './eval/context';
import { hash64 } from './hashing';
import type { Terminal, ValueBox } from './store';

/** Most outcomes of an epoch. */
export const MAX_OUTCOMES = 200_000;
/** Most results, exposure lists and exposure entries of an epoch, together. */
export const MAX_INTERNED = 600_000;

/** Whether an analytical gate was seen: a constant, or whatever the asking evaluation had seen before. */
export const Seen = { No: 0, Yes: 1, Inherited: 2 } as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

/** Stands for the sampling rate of the asking evaluation. */
export const INHERITED_RATE = -0.5;

interface Entry extends SecondaryExposure {
  /** What two entries have in common when the later one is dropped (BEHAVIOUR.md 3.13). */
  readonly key: string;
}

/** A cleaned list of exposures: a node of a trie, so that equal lists are one object and joining is a lookup. */
export class ExposureList {
  private readonly appended = new Map<Entry, ExposureList>();
  private readonly joined = new Map<number, ExposureList>();
  private items: readonly Entry[] | null = null;
  private readonly texts = new Map<string, string>();

  constructor(
    private readonly tables: Tables,
    private readonly parent: ExposureList | null,
    private readonly last: Entry | null,
  ) {}

  entries(): readonly Entry[] {
    if (this.items !== null) return this.items;
    const items: Entry[] = [];
    for (let node: ExposureList | null = this; node?.last; node = node.parent) items.push(node.last);
    this.items = items.reverse();
    return this.items;
  }

  /** This list and a nested gate with its exposures. `gateFirst`: the order of multi gates. */
  joinGate(name: string, result: Result, gateFirst: boolean): ExposureList {
    const key = result.id * 2 + (gateFirst ? 1 : 0);
    let list = this.joined.get(key);
    if (list === undefined) {
      const gate = this.tables.entry(name, String(result.value), result.ruleID);
      list = gateFirst
        ? this.append(gate).concat(result.exposures)
        : this.concat(result.exposures).append(gate);
      this.joined.set(key, list);
    }
    return list;
  }

  concat(other: ExposureList): ExposureList {
    let list: ExposureList = this;
    for (const entry of other.entries()) list = list.append(entry);
    return list;
  }

  private append(entry: Entry): ExposureList {
    let list = this.appended.get(entry);
    if (list === undefined) {
      list = this.isDropped(entry) ? this : this.tables.list(this, entry);
      this.appended.set(entry, list);
    }
    return list;
  }

  private isDropped(entry: Entry): boolean {
    return entry.gate.startsWith('segment:') || this.entries().some((known) => known.key === entry.key);
  }

  /** JSON of the list with hashed gate names; kept per algorithm. */
  text(algorithm: string, hash: (name: string) => string): string {
    let text = this.texts.get(algorithm);
    if (text === undefined) {
      text = exposuresJson(this.entries(), hash);
      if (this.texts.size < 3) this.texts.set(algorithm, text);
    }
    return text;
  }
}

/** JSON of exposures in wire order of keys. */
export function exposuresJson(list: readonly SecondaryExposure[], hash: (name: string) => string): string {
  const one = ({ gate, gateValue, ruleID }: SecondaryExposure) =>
    `{"gate":${JSON.stringify(hash(gate))},"gateValue":${JSON.stringify(gateValue)},"ruleID":${JSON.stringify(ruleID)}}`;
  return `[${list.map(one).join(',')}]`;
}

/** The answer of a spec for some user; immutable but for `outcome`. */
export interface Result {
  readonly id: number;
  readonly value: boolean;
  readonly isUnsupported: boolean;
  readonly ruleID: string;
  readonly groupName: string | null;
  readonly idType: string | null;
  readonly box: ValueBox;
  readonly exposures: ExposureList;
  readonly undelegated: ExposureList;
  readonly explicitParameters: string[] | null;
  readonly configDelegate: string | null;
  readonly version: number | string | null;
  readonly isExperimentGroup: boolean;
  readonly forwardAll: boolean;
  readonly reason: OutcomeReason | null;
  /** Undefined = none; INHERITED_RATE = the asker's. */
  readonly rate: number | undefined;
  readonly seen: Seen;
  /** Result of the delegate, for delegated results. */
  readonly inner: Result | null;
  /** Its outcome when asked for directly; -1 until then. */
  outcome: number;
}

/** Results that share a terminal. A few are scanned; more are found by their exposures first. */
export class ResultCache {
  private tables: Tables | null = null;
  private few: Result[] = [];
  private many: Map<ExposureList, Result[]> | null = null;

  find(tables: Tables, list: ExposureList, rate: number | undefined, seen: Seen, inner: Result | null): Result | null {
    if (this.tables !== tables) {
      this.tables = tables;
      this.few = [];
      this.many = null;
    }
    const candidates = this.many === null ? this.few : this.many.get(list);
    if (candidates === undefined) return null;
    for (const result of candidates) {
      if (result.undelegated === list && result.seen === seen && result.inner === inner && Object.is(result.rate, rate)) {
        return result;
      }
    }
    return null;
  }

  add(result: Result): void {
    if (this.many === null && this.few.length < 8) {
      this.few.push(result);
      return;
    }
    if (this.many === null) {
      this.many = new Map();
      for (const old of this.few) this.index(old);
    }
    this.index(result);
  }

  private index(result: Result): void {
    const bucket = this.many?.get(result.undelegated);
    if (bucket === undefined) this.many?.set(result.undelegated, [result]);
    else bucket.push(result);
  }
}

/** A numbered outcome and what exposing it needs. */
export interface Outcome {
  readonly id: number;
  readonly record: OutcomeRecord;
}

/** The tables of one epoch. */
export class Tables {
  readonly outcomes: Outcome[] = [];
  readonly empty = new ExposureList(this, null, null);
  private readonly byContent = new Map<string, number>();
  private readonly entries = new Map<string, Entry>();
  private interned = 0;

  private claim(): number {
    if (this.interned >= MAX_INTERNED) throw TABLE_FULL;
    return this.interned++;
  }

  list(parent: ExposureList, entry: Entry): ExposureList {
    this.claim();
    return new ExposureList(this, parent, entry);
  }

  entry(gate: string, gateValue: string, ruleID: string): Entry {
    const id = JSON.stringify([gate, gateValue, ruleID]);
    let entry = this.entries.get(id);
    if (entry === undefined) {
      this.claim();
      entry = { gate, gateValue, ruleID, key: `${gate}|${gateValue}|${ruleID}` };
      this.entries.set(id, entry);
    }
    return entry;
  }

  /** The result of ending at a terminal. */
  result(end: Terminal, list: ExposureList, rate: number | undefined, seen: Seen): Result {
    const known = end.results.find(this, list, rate, seen, null);
    if (known !== null) return known;
    const result: Result = {
      ...constants(end),
      id: this.claim(), exposures: list, undelegated: list, rate, seen, inner: null, outcome: -1,
      reason: end.isUnsupported ? 'Unsupported' : null,
    };
    end.results.add(result);
    return result;
  }

  /** The result of a rule that delegates: the delegate's, seen through the rule's spec (BEHAVIOUR.md 3.6). */
  delegated(end: Terminal, list: ExposureList, inner: Result): Result {
    const known = end.results.find(this, list, rateOf(inner), seenOf(inner), inner);
    if (known !== null) return known;
    const result: Result = {
      ...inner,
      id: this.claim(),
      exposures: list.concat(inner.exposures),
      undelegated: list,
      configDelegate: end.configDelegate,
      explicitParameters: end.explicitParameters,
      rate: rateOf(inner),
      seen: seenOf(inner),
      inner,
      outcome: -1,
    };
    end.results.add(result);
    return result;
  }

  /** A result that no rule led to: overrides, unknown names, no specs. */
  constant(facts: Partial<Result> & { box: ValueBox }): Result {
    return {
      value: false, isUnsupported: false, ruleID: '', groupName: null, idType: null,
      exposures: this.empty, undelegated: this.empty, explicitParameters: null, configDelegate: null, version: null,
      isExperimentGroup: false, forwardAll: false, reason: null, rate: undefined, seen: Seen.No, inner: null,
      ...facts,
      id: this.claim(), outcome: -1,
    };
  }

  /** The outcome number of a result that was asked for by name. Throws TABLE_FULL. */
  outcomeOf(kind: SpecKind, name: string, result: Result): number {
    if (result.outcome < 0) result.outcome = this.intern(recordOf(kind, name, result));
    return result.outcome;
  }

  /** The number of a record, new or known. Throws TABLE_FULL. */
  intern(record: OutcomeRecord): number {
    const text = JSON.stringify(record);
    const { a, b } = hash64(text);
    const key = `${a}:${b}:${text.length}`;
    const known = this.byContent.get(key);
    if (known !== undefined) return known;
    const id = this.outcomes.length;
    if (id >= MAX_OUTCOMES) throw TABLE_FULL;
    this.outcomes.push({ id, record });
    this.byContent.set(key, id);
    return id;
  }
}

function constants(end: Terminal) {
  const { value, isUnsupported, ruleID, groupName, idType, box, explicitParameters, version } = end;
  const { isExperimentGroup, forwardAll, configDelegate } = end;
  return {
    value, isUnsupported, ruleID, groupName, idType, box, explicitParameters, version,
    isExperimentGroup, forwardAll, configDelegate,
  };
}

/** Sampling rate of an evaluation that started without one. */
export function rateOf(result: Result): number | undefined {
  return result.rate === INHERITED_RATE ? undefined : result.rate;
}

/** Whether an evaluation that started without having seen one saw an analytical gate. */
export function seenOf(result: Result): Seen {
  return result.seen === Seen.Yes ? Seen.Yes : Seen.No;
}

function recordOf(kind: SpecKind, name: string, result: Result): OutcomeRecord {
  const plain = (list: ExposureList): SecondaryExposure[] =>
    list.entries().map(({ gate, gateValue, ruleID }) => ({ gate, gateValue, ruleID }));
  const rate = rateOf(result);
  return {
    kind,
    name,
    value: result.value,
    ruleID: result.ruleID,
    groupName: result.groupName,
    idType: result.idType,
    json: kind === SpecKind.Gate ? {} : result.box.value,
    secondaryExposures: plain(result.exposures),
    undelegatedSecondaryExposures: plain(result.undelegated),
    explicitParameters: result.explicitParameters,
    configDelegate: result.configDelegate,
    configVersion: result.version,
    isExperimentGroup: result.isExperimentGroup,
    reason: result.reason,
    persistedTime: null,
    sampling: { forwardAll: result.forwardAll, rate: rate ?? null, seenAnalytical: result.seen === Seen.Yes },
  };
}
