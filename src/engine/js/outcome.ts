/**
 * What evaluations find. They produce `Found`s, interned by identity (place, exposures, sampling
 * inputs), and the facade sees `Outcome`s, numbered and unique by content. Both live for one epoch.
 */

import {
  type OutcomeRecord,
  type OutcomeReason,
  type SecondaryExposure,
  SpecKind,
} from '../engine';
import type { Dialect } from './dialect';
import { TABLE_FULL } from './eval/context';
import { hash64 } from './hashing';
import type { ShownSpec } from './shown-spec';
import type { ValueBox } from './value-box';

/** Most outcomes of an epoch. */
const MAX_OUTCOMES = 200_000;
/** Most founds, exposure lists and exposure entries of an epoch, together. */
const MAX_INTERNED = 600_000;

/**
 * Whether an analytical gate was seen: a constant, or whatever the asking evaluation had seen
 * before.
 */
export const Seen = { No: 0, Yes: 1, Inherited: 2 } as const;
export type Seen = (typeof Seen)[keyof typeof Seen];

/** Stands for the sampling rate of the asking evaluation. Rates are whatever the payload gives. */
export const INHERITED_RATE = Symbol('inherited');

/** What is the same for everybody who is found there. */
export interface FoundFacts {
  readonly value: boolean;
  readonly ruleID: string;
  readonly groupName: string | null;
  readonly idType: string | null;
  readonly box: ValueBox;
  readonly explicitParameters: string[] | null;
  readonly version: unknown;
  readonly isExperimentGroup: boolean;
  readonly forwardAll: boolean;
  readonly configDelegate: string | null;
  readonly reason: OutcomeReason | null;
  /** Which rule each parameter is from, where several gave some. */
  readonly parameterRuleIDs?: Readonly<Record<string, string>> | null;
  /** What answered; null where no spec did. */
  readonly shown?: ShownSpec | null;
}

/** A place within a spec where an evaluation can end, and what was found there. */
export class FoundAt implements FoundFacts {
  readonly value: boolean;
  readonly ruleID: string;
  readonly groupName: string | null;
  readonly idType: string | null;
  readonly box: ValueBox;
  readonly explicitParameters: string[] | null;
  readonly version: unknown;
  readonly isExperimentGroup: boolean;
  readonly forwardAll: boolean;
  readonly configDelegate: string | null;
  readonly reason: OutcomeReason | null;
  readonly parameterRuleIDs: Readonly<Record<string, string>> | null;
  readonly shown: ShownSpec | null;
  /** Without nested gates there is one, so it is looked at before any table. */
  private first: Found | null = null;
  private more: Map<ExposureList, Found[]> | null = null;

  constructor(facts: FoundFacts) {
    this.value = facts.value;
    this.ruleID = facts.ruleID;
    this.groupName = facts.groupName;
    this.idType = facts.idType;
    this.box = facts.box;
    this.explicitParameters = facts.explicitParameters;
    this.version = facts.version;
    this.isExperimentGroup = facts.isExperimentGroup;
    this.forwardAll = facts.forwardAll;
    this.configDelegate = facts.configDelegate;
    this.reason = facts.reason;
    this.parameterRuleIDs = facts.parameterRuleIDs ?? null;
    this.shown = facts.shown ?? null;
  }

  /** One that was added in this epoch. */
  find(
    tables: Tables,
    list: ExposureList,
    rate: unknown,
    seen: Seen,
    inner: Found | null,
  ): Found | null {
    const { first } = this;
    if (first === null || first.tables !== tables) return null;
    if (first.isFor(list, rate, seen, inner)) return first;
    return this.more?.get(list)?.find((found) => found.isFor(list, rate, seen, inner)) ?? null;
  }

  add(found: Found): void {
    if (this.first === null || this.first.tables !== found.tables) {
      this.first = found;
      this.more = null;
      return;
    }
    this.more ??= new Map();
    const sameList = this.more.get(found.undelegated);
    if (sameList === undefined) this.more.set(found.undelegated, [found]);
    else sameList.push(found);
  }
}

interface Entry extends SecondaryExposure {
  /** What two entries have in common when the later one is dropped (BEHAVIOUR.md 3.13). */
  readonly key: string;
}

/**
 * A cleaned list of exposures: a node of a trie, so that equal lists are one object and joining is
 * a lookup.
 */
export class ExposureList {
  private appended: Map<Entry, ExposureList> | null = null;
  private joined: Map<number, ExposureList> | null = null;
  private items: readonly Entry[] | null = null;
  private texts: Map<string, string> | null = null;

  constructor(
    private readonly tables: Tables,
    readonly id: number,
    private readonly parent: ExposureList | null,
    private readonly last: Entry | null,
  ) {}

  entries(): readonly Entry[] {
    if (this.items !== null) return this.items;
    const items: Entry[] = [];
    for (let node: ExposureList | null = this; node?.last; node = node.parent)
      items.push(node.last);
    this.items = items.reverse();
    return this.items;
  }

  /** This list and a nested gate with its exposures. `gateFirst`: the order of multi gates. */
  joinGate(name: string, found: Found, gateFirst: boolean): ExposureList {
    const key = found.id * 2 + (gateFirst ? 1 : 0);
    let list = this.joined?.get(key);
    if (list === undefined) {
      const gate = this.tables.entry(name, String(found.value), found.at.ruleID);
      list = gateFirst
        ? this.append(gate).concat(found.exposures)
        : this.concat(found.exposures).append(gate);
      (this.joined ??= new Map<number, ExposureList>()).set(key, list);
    }
    return list;
  }

  concat(other: ExposureList): ExposureList {
    let list: ExposureList = this;
    for (const entry of other.entries()) list = list.joinEntry(entry);
    return list;
  }

  private append(entry: Entry): ExposureList {
    const isLeftOut =
      entry.gate.startsWith('segment:') ||
      (entry.ruleID === '' && !this.tables.dialect.exposesWithoutRule);
    return isLeftOut ? this : this.joinEntry(entry);
  }

  /** This list and an exposure of whatever gate. */
  joinEntry(entry: Entry): ExposureList {
    let list = this.appended?.get(entry);
    if (list === undefined) {
      list = this.entries().some((known) => known.key === entry.key)
        ? this
        : this.tables.list(this, entry);
      (this.appended ??= new Map<Entry, ExposureList>()).set(entry, list);
    }
    return list;
  }

  /** JSON of the list with hashed gate names; kept per algorithm. */
  text(algorithm: string, hash: (name: string) => string): string {
    const texts = (this.texts ??= new Map<string, string>());
    let text = texts.get(algorithm);
    if (text === undefined) {
      text = exposuresJson(this.entries(), hash);
      if (texts.size < 3) texts.set(algorithm, text);
    }
    return text;
  }
}

/** JSON of exposures in wire order of keys. */
export function exposuresJson(
  list: readonly SecondaryExposure[],
  hash: (name: string) => string,
): string {
  const one = ({ gate, gateValue, ruleID }: SecondaryExposure) =>
    `{"gate":${JSON.stringify(hash(gate))},"gateValue":${JSON.stringify(gateValue)},` +
    `"ruleID":${JSON.stringify(ruleID)}}`;
  return `[${list.map(one).join(',')}]`;
}

/** What the way to a place adds. */
interface Way {
  readonly exposures: ExposureList;
  /** Those before the delegate's. */
  readonly undelegated: ExposureList;
  /** Undefined = none; INHERITED_RATE = the asker's. */
  readonly rate: unknown;
  readonly seen: Seen;
  /** What the delegate found, for delegated ones. */
  readonly inner?: Found | null;
  /** Name of the spec that stood in for one on the way. */
  readonly mapped?: string | null;
  /** Numbers of the outcomes that are exposed along with it. */
  readonly also?: readonly number[];
  /** What stood in for the spec that was asked for. */
  readonly base?: ShownSpec | null;
}

/**
 * What a spec says of some user: a place, and what the way there adds. Immutable but for
 * `outcome`.
 */
export class Found implements Way {
  readonly value: boolean;
  readonly isUnsupported: boolean;
  readonly exposures: ExposureList;
  readonly undelegated: ExposureList;
  readonly rate: unknown;
  readonly seen: Seen;
  readonly inner: Found | null;
  readonly mapped: string | null;
  readonly also: readonly number[];
  readonly base: ShownSpec | null;
  /** Its outcome when asked for directly; -1 until then. */
  outcome = -1;
  private others: Map<string, Found> | null = null;

  constructor(
    readonly tables: Tables,
    readonly id: number,
    readonly at: FoundAt,
    way: Way,
  ) {
    this.value = at.value;
    this.isUnsupported = at.reason === 'Unsupported';
    this.exposures = way.exposures;
    this.undelegated = way.undelegated;
    this.rate = way.rate;
    this.seen = way.seen;
    this.inner = way.inner ?? null;
    this.mapped = way.mapped ?? null;
    this.also = way.also ?? NONE;
    this.base = way.base ?? null;
  }

  /** The same with what stood in for `way`, as `base`, and with what is exposed along. */
  derived(mapped: string | null, also: readonly number[], way = '', base = this.base): Found {
    const key = `${also.join()}|${way.length}|${way}${mapped ?? ''}`;
    let other = this.others?.get(key);
    if (other === undefined) {
      const { tables, at, exposures, undelegated, rate, seen, inner } = this;
      const way = { exposures, undelegated, rate, seen, inner, mapped, also, base };
      other = new Found(tables, tables.claim(), at, way);
      (this.others ??= new Map<string, Found>()).set(key, other);
    }
    return other;
  }

  isFor(list: ExposureList, rate: unknown, seen: Seen, inner: Found | null): boolean {
    return (
      this.undelegated === list &&
      this.seen === seen &&
      this.inner === inner &&
      Object.is(this.rate, rate)
    );
  }
}

/** A numbered outcome. */
export interface Outcome {
  readonly id: number;
  readonly record: OutcomeRecord;
  /** Numbers of those that are exposed along with it. */
  readonly also: readonly number[];
}

const NONE: readonly number[] = [];

/**
 * Outcomes that agree in kind, name, rule and value: one, most of the time, or several by the hash
 * of all content.
 */
type Alike = Outcome | Map<string, Outcome>;

/** The tables of one epoch. */
export class Tables {
  readonly outcomes: Outcome[] = [];
  readonly empty = new ExposureList(this, 0, null, null);
  /** Founds of layers that take parameters from several rules. */
  readonly merged = new Map<string, Found>();
  private readonly known = new Map<string, Alike>();
  private readonly entries = new Map<string, Entry>();
  private interned = 0;

  constructor(readonly dialect: Dialect) {}

  claim(): number {
    if (this.interned >= MAX_INTERNED) throw TABLE_FULL;
    return this.interned++;
  }

  list(parent: ExposureList, entry: Entry): ExposureList {
    return new ExposureList(this, this.claim() + 1, parent, entry);
  }

  entry(gate: string, gateValue: string, ruleID: string): Entry {
    const key = `${gate}|${gateValue}|${ruleID}`;
    const id = `${gate.length}|${key}`;
    let entry = this.entries.get(id);
    if (entry === undefined) {
      this.claim();
      entry = { gate, gateValue, ruleID, key };
      this.entries.set(id, entry);
    }
    return entry;
  }

  /** What is found at a place. */
  found(at: FoundAt, list: ExposureList, rate: unknown, seen: Seen): Found {
    const known = at.find(this, list, rate, seen, null);
    if (known !== null) return known;
    const way = { exposures: list, undelegated: list, rate, seen };
    const found = new Found(this, this.claim(), at, way);
    at.add(found);
    return found;
  }

  /**
   * What a rule that delegates finds: the delegate's, seen through the rule's spec (BEHAVIOUR.md
   * 3.6).
   */
  delegated(at: FoundAt, list: ExposureList, inner: Found): Found {
    const rate = rateOf(inner);
    const seen = seenOf(inner);
    const isChain = inner.inner !== null && this.dialect.delegatesLast;
    const undelegated = isChain ? list.concat(inner.undelegated) : list;
    const known = at.find(this, undelegated, rate, seen, inner);
    if (known !== null) return known;
    const { configDelegate, explicitParameters, idType, version } = at;
    // What stands in for a delegate gives its value, and leaves the layer what it is.
    const own = inner.base === null ? {} : { idType, version };
    const through = new FoundAt({
      ...inner.at,
      ...own,
      configDelegate,
      explicitParameters,
      parameterRuleIDs: null,
    });
    const exposures = list.concat(inner.exposures);
    const { mapped } = inner;
    const way = { exposures, undelegated, rate, seen, inner, mapped };
    const found = new Found(this, this.claim(), through, way);
    at.add(found);
    return found;
  }

  /** What no rule led to: overrides, unknown names, no specs. */
  constant(facts: Partial<FoundFacts> & { box: ValueBox }): Found {
    const at = new FoundAt({
      value: false,
      ruleID: '',
      groupName: null,
      idType: null,
      explicitParameters: null,
      configDelegate: null,
      version: null,
      isExperimentGroup: false,
      forwardAll: false,
      reason: null,
      ...facts,
    });
    const way = { exposures: this.empty, undelegated: this.empty, rate: undefined, seen: Seen.No };
    return new Found(this, this.claim(), at, way);
  }

  /** The outcome number of what was asked for by name. Throws TABLE_FULL. */
  outcomeOf(kind: SpecKind, name: string, found: Found): number {
    if (found.outcome < 0)
      found.outcome = this.intern(this.recordOf(kind, name, found), found.also);
    return found.outcome;
  }

  /** The number of a record, new or known. Throws TABLE_FULL. */
  intern(record: OutcomeRecord, also = NONE): number {
    const { kind, name, ruleID, value } = record;
    const key = `${kind}${String(value)}${name.length}|${name}${ruleID}`;
    const alike = this.known.get(key);
    if (alike === undefined) {
      const outcome = this.add(record, also);
      this.known.set(key, outcome);
      return outcome.id;
    }
    let byContent: Map<string, Outcome>;
    if (alike instanceof Map) byContent = alike;
    else
      this.known.set(key, (byContent = new Map([[contentKey(alike.record, alike.also), alike]])));
    const content = contentKey(record, also);
    let outcome = byContent.get(content);
    if (outcome === undefined) byContent.set(content, (outcome = this.add(record, also)));
    return outcome.id;
  }

  private recordOf(kind: SpecKind, name: string, found: Found): OutcomeRecord {
    const record = recordOf(kind, name, found);
    if (kind !== SpecKind.Layer && found.mapped !== null) record.overrideConfigName = found.mapped;
    if (found.at.parameterRuleIDs !== null) record.parameterRuleIDs = found.at.parameterRuleIDs;
    if (found.also.length > 0)
      record.alsoExposes = found.also.map((id) => this.outcomes[id]!.record.name);
    return record;
  }

  private add(record: OutcomeRecord, also: readonly number[]): Outcome {
    const id = this.outcomes.length;
    if (id >= MAX_OUTCOMES) throw TABLE_FULL;
    const outcome = { id, record, also };
    this.outcomes.push(outcome);
    return outcome;
  }
}

function contentKey(record: OutcomeRecord, also: readonly number[]): string {
  const text = JSON.stringify(record) + also.join();
  const { a, b } = hash64(text);
  return `${a}:${b}:${text.length}`;
}

/** Sampling rate of an evaluation that started without one. */
function rateOf(found: Found): unknown {
  return found.rate === INHERITED_RATE ? undefined : found.rate;
}

/** Whether an evaluation that started without having seen one saw an analytical gate. */
function seenOf(found: Found): Seen {
  return found.seen === Seen.Yes ? Seen.Yes : Seen.No;
}

function recordOf(kind: SpecKind, name: string, found: Found): OutcomeRecord {
  const { at } = found;
  const plain = (list: ExposureList): SecondaryExposure[] =>
    list.entries().map(({ gate, gateValue, ruleID }) => ({ gate, gateValue, ruleID }));
  return {
    kind,
    name,
    value: found.value,
    ruleID: at.ruleID,
    groupName: at.groupName,
    idType: at.idType,
    json: kind === SpecKind.Gate ? {} : at.box.value,
    secondaryExposures: plain(found.exposures),
    undelegatedSecondaryExposures: plain(found.undelegated),
    explicitParameters: at.explicitParameters,
    configDelegate: at.configDelegate,
    configVersion: at.version,
    isExperimentGroup: at.isExperimentGroup,
    reason: at.reason,
    persistedTime: null,
    sampling: {
      forwardAll: at.forwardAll,
      rate: rateOf(found) ?? null,
      seenAnalytical: found.seen === Seen.Yes,
    },
  };
}
