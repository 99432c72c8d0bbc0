/**
 * The client-initialize response (BEHAVIOUR.md 6), written as text from pieces that are made once.
 */

import { type ClientInitializeOptions, SpecKind } from '../engine';
import { legacyEntry } from './bootstrap-entry';
import { ModernWriter } from './bootstrap-modern';
import { type Algorithm, type Request, isIncluded, readRequest } from './bootstrap-request';
import { Results, type Shown } from './bootstrap-results';
import { paramStoresJson, privateHash } from './bootstrap-stores';
import type { Evaluation } from './eval/evaluation';
import { type HashName, signedSha64 } from './hashing';
import { type JsonObject, member, textOf } from './js-semantics';
import type { Found } from './outcome';
import { hasTargeting, privacySettings, sessionReplayFields } from './session-replay';
import type { Spec } from './store';
import type { User } from './user';

/** What the response says about who made it. */
export interface ResponseFacts {
  sdkType: string;
  sdkVersion: string;
  sessionID: string;
  time: number;
}

interface Named {
  spec: Spec;
  /** Hashed name: the key of the entry. */
  key: string;
  keyJson: string;
}

/** One response under way. */
interface Writing {
  request: Request;
  modern: ModernWriter | null;
  gateValues: Map<string, unknown>;
}

/** Most entries that are kept per shape; then all of the shape are forgotten. */
const MAX_KEPT = 20_000;

/** Entries by what was found and is shown. */
class Kept {
  private entries = new WeakMap<Found, string>();
  private count = 0;

  get(found: Found): string | undefined {
    return this.entries.get(found);
  }

  set(found: Found, entry: string): void {
    if (this.count++ >= MAX_KEPT) {
      this.entries = new WeakMap();
      this.count = 1;
    }
    this.entries.set(found, entry);
  }
}

export class ClientResponder {
  private readonly ordered = new Map<string, Named[]>();
  private readonly kept = new Map<string, Kept>();
  private readonly results: Results;

  constructor(private readonly evaluation: Evaluation) {
    this.results = new Results(evaluation);
  }

  /** Throws Interruptions and what a user's values throw. */
  respond(user: User, options: ClientInitializeOptions, facts: ResponseFacts): string {
    const request = readRequest(options, this.evaluation.store);
    // In dcs-v1 they show through gates within others and delegates (Q12).
    const hides = this.evaluation.store.dialect.showsAnswers && !options.includeLocalOverrides;
    const write = (): string => this.written(user, request, facts);
    return hides ? this.evaluation.withoutOverrides(write) : write();
  }

  private written(user: User, request: Request, facts: ResponseFacts): string {
    const modern =
      request.format === 'v1' ? null : new ModernWriter(request, this.evaluation.store);
    const writing: Writing = { request, modern, gateValues: new Map() };
    this.results.begin(user, request);
    const maps = this.maps(writing);
    const checksum = request.previousHash === null ? null : this.checksum(maps, user, writing);
    const isUnchanged = checksum !== null && checksum === request.previousHash;
    const parts = isUnchanged
      ? [
          EMPTY_MAPS,
          ...(this.isNewer(writing) ? ['"param_stores":{}'] : []),
          ...unchangedTail(request, facts),
        ]
      : [maps, ...this.tail(user, writing, facts)];
    if (checksum !== null && !isUnchanged) parts.push(`"full_checksum":"${checksum}"`);
    return `{${parts.join(',')}}`;
  }

  private maps(writing: Writing): string {
    const maps = [
      `"feature_gates":${this.entries(writing, SpecKind.Gate)}`,
      `"dynamic_configs":${this.entries(writing, SpecKind.Config)}`,
      `"layer_configs":${this.entries(writing, SpecKind.Layer)}`,
    ];
    if (writing.modern !== null) maps.push(writing.modern.tables());
    if (this.isNewer(writing)) {
      maps.push(
        '"param_stores":' +
          `${paramStoresJson(this.evaluation.store.client.paramStores, writing.request)}`,
      );
    }
    return maps.join(',');
  }

  /** Stores and what keeps recordings private: in all but statsig-node's shape of dcs-v1. */
  private isNewer({ modern }: Writing): boolean {
    return modern !== null || this.evaluation.store.dialect.showsAnswers;
  }

  private tail(user: User, writing: Writing, facts: ResponseFacts): string[] {
    const { request, modern } = writing;
    const info = this.evaluation.store.client.sessionReplay;
    const pieces = [
      '"sdkParams":{},"has_updates":true',
      ...(modern === null ? ['"generator":"statsig-node-sdk"'] : []),
      sdkInfo(request, facts),
      `"time":${JSON.stringify(facts.time)},"evaluated_keys":${evaluatedKeys(user)}`,
      `"hash_used":${JSON.stringify(request.hashUsed)},"user":${user.logged.json}`,
    ];
    const hash = modern === null ? null : privateHash(member(user.data, 'privateAttributes'));
    if (hash !== null) pieces.push(`"pa_hash":"${hash}"`);
    if (info === null) return pieces;
    const fields = sessionReplayFields(
      info,
      request.options.random,
      request.hash,
      this.passesReplay(info, writing),
    );
    pieces.push(fields, ...(this.isNewer(writing) ? privacySettings(info) : []));
    return pieces;
  }

  private passesReplay(info: unknown, { request, gateValues }: Writing): boolean {
    return gateValues.get(request.hash(textOf(member(info, 'targeting_gate')))) === true;
  }

  /**
   * First 64 bits of SHA-256, in decimal, over what a client would notice: the maps and tables, the
   * hash, the user and the session-replay settings; not the time, not the draw.
   */
  private checksum(maps: string, user: User, writing: Writing): string {
    const info = this.evaluation.store.client.sessionReplay;
    const replay = info === null ? '' : JSON.stringify(info);
    const passes = hasTargeting(info) && this.passesReplay(info, writing) ? 1 : 0;
    const text = `{${maps}\n${writing.request.hashUsed}\n${user.logged.json}\n${replay}\n${passes}`;
    return BigInt.asUintN(64, signedSha64(text)).toString();
  }

  /**
   * Entries in JavaScript property order: array indexes ascending, then the rest as in the store.
   */
  private named(kind: SpecKind, algorithm: Algorithm, hash: HashName): Named[] {
    const cacheKey = `${kind}:${algorithm}`;
    let list = this.ordered.get(cacheKey);
    if (list === undefined) {
      const all = this.listed(kind).map((spec) => {
        const key = hash(spec.name);
        return { spec, key, keyJson: JSON.stringify(key) };
      });
      const indexes = all
        .filter(({ key }) => isArrayIndex(key))
        .sort((a, b) => Number(a.key) - Number(b.key));
      list = [...indexes, ...all.filter(({ key }) => !isArrayIndex(key))];
      this.ordered.set(cacheKey, list);
    }
    return list;
  }

  /** Of experiments what experiments see. */
  private listed(kind: SpecKind): Spec[] {
    const { specs, newer } = this.evaluation.store;
    const own = specs[kind];
    const autotunes = kind === SpecKind.Config ? newer?.autotunes : undefined;
    if (autotunes === undefined) return [...own.values()];
    const more = [...autotunes].filter(([name]) => !own.has(name));
    return [
      ...[...own].flatMap(([name, spec]) => {
        // Behind it, so that it counts for whom it is for.
        const autotune = autotunes.get(name);
        return autotune === undefined ? [spec] : [spec, autotune.listed];
      }),
      ...more.map(([, { listed }]) => listed),
    ];
  }

  private entries(writing: Writing, kind: SpecKind): string {
    const { request } = writing;
    const texts: string[] = [];
    let lastKey: string | null = null;
    for (const named of this.named(kind, request.algorithm, request.hash)) {
      if (!isIncluded(named.spec, request)) continue;
      const text = this.entry(named, writing);
      if (text === null) continue;
      // Names with equal hashes are neighbours; the later one wins, as in an object.
      if (named.key === lastKey) texts.pop();
      texts.push(`${named.keyJson}:${text}`);
      lastKey = named.key;
    }
    return `{${texts.join(',')}}`;
  }

  /** Null: left out because it says nothing. */
  private entry(named: Named, writing: Writing): string | null {
    const { request, modern } = writing;
    const { spec } = named;
    const isKept =
      modern === null && !request.removesDefaultGates && this.results.isPlain(spec.kind, request);
    if (isKept) return this.keptEntry(named, writing);
    const shown = this.results.show(spec, request);
    if (spec.kind === SpecKind.Gate) {
      writing.gateValues.set(named.key, shown.gateValue);
      if (request.removesDefaultGates && isDefault(shown)) return null;
    }
    return modern === null
      ? legacyEntry(named.keyJson, shown, request, this.evaluation.store)
      : modern.entry(named.keyJson, shown);
  }

  private keptEntry({ spec, key, keyJson }: Named, { request, gateValues }: Writing): string {
    const found = this.results.fresh(spec, request);
    if (spec.kind === SpecKind.Gate) gateValues.set(key, !found.isUnsupported && found.value);
    const shape = `${request.algorithm}:${request.removesIdType}:${spec.kind}:${spec.isAutotune}`;
    let kept = this.kept.get(shape);
    if (kept === undefined) this.kept.set(shape, (kept = new Kept()));
    let text = kept.get(found);
    if (text === undefined) {
      text = legacyEntry(keyJson, this.results.show(spec, request), request, this.evaluation.store);
      kept.set(found, text);
    }
    return text;
  }
}

const EMPTY_MAPS = '"feature_gates":{},"dynamic_configs":{},"layer_configs":{}';

function unchangedTail(request: Request, facts: ResponseFacts): string[] {
  return [
    '"sdkParams":{},"has_updates":false',
    ...(request.format === 'v1' ? ['"generator":"statsig-node-sdk"'] : []),
    sdkInfo(request, facts),
    `"time":0,"evaluated_keys":{},"hash_used":${JSON.stringify(request.hashUsed)},"user":{}`,
  ];
}

function sdkInfo({ format }: Request, { sdkType, sdkVersion, sessionID }: ResponseFacts): string {
  const session = format === 'v1' ? {} : { sessionId: sessionID };
  return `"sdkInfo":${JSON.stringify({ sdkType, sdkVersion, ...session })}`;
}

/** A gate that says what clients assume of a gate they do not know. */
function isDefault({ spec, found, gateValue }: Shown): boolean {
  return (
    spec.entity === 'feature_gate' &&
    found.at.ruleID === 'default' &&
    gateValue === false &&
    found.exposures.entries().length === 0
  );
}

/** Keys that JavaScript objects order numerically: canonical integers below 2^32-1. */
function isArrayIndex(key: string): boolean {
  const number = Number(key);
  return number >= 0 && number < 0xffff_ffff && Number.isInteger(number) && String(number) === key;
}

function evaluatedKeys(user: User): string {
  const keys: JsonObject = {};
  const userId = member(user.data, 'userID');
  const customIds = member(user.data, 'customIDs');
  if (userId) keys.userID = userId;
  if (customIds && Object.keys(customIds).length > 0) keys.customIDs = customIds;
  return JSON.stringify(keys);
}
