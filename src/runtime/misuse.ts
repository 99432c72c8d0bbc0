/**
 * Mistakes of callers that would only show as defaults: a name that the specs do not have, a
 * default of another type. Told once each, at most 20, or thrown where tests ask for that
 * (`onMisuse`). Nothing of it is on the way of a check that is right.
 */
import { SpecKind, type LookupKind, type OverrideTable } from '../engine/engine';
import type { EngineHost } from '../engine-host/engine-host';
import { nearest } from '../host/nearest';
import type { SafeLogger } from '../observability/logger';
import type { OnMisuse } from '../options/statsig-options';
import { StatsigInvalidArgumentError } from '../types/errors';

const MOST_TOLD = 20;
const LONGEST_NAME = 100;

/** What things are called, and the call that asks for them. */
const FAMILIES = [
  { kind: SpecKind.Gate, noun: 'gate', call: 'checkGate', table: 'gates' },
  {
    kind: SpecKind.Config,
    noun: 'config or experiment',
    call: 'getConfig or getExperiment',
    table: 'configs',
  },
  { kind: SpecKind.Layer, noun: 'layer', call: 'getLayer', table: 'layers' },
] as const;

/** See the head of this file. */
export class Misuse {
  /** What is overridden is known, whatever the specs say. */
  overrides: OverrideTable | null = null;
  private readonly told = new Set<string>();

  constructor(
    private readonly what: OnMisuse,
    private readonly logger: SafeLogger,
    private readonly host: () => EngineHost,
  ) {}

  /** @throws StatsigInvalidArgumentError where mistakes are thrown */
  unknown(kind: LookupKind, name: string): void {
    const family = FAMILIES.find((one) => one.kind === kind) ?? FAMILIES[1];
    if (this.isOff || Object.hasOwn(this.overrides?.[family.table] ?? {}, name)) return;
    this.tell(`${family.noun} ${name}`, () => {
      const other = FAMILIES.find((one) => one !== family && this.namesOf(one.kind).includes(name));
      return other === undefined
        ? `there is no ${family.noun} ${cut(name)}${this.near(name, this.namesOf(family.kind))}`
        : `${cut(name)} is no ${family.noun} but a ${other.noun}: ask ${other.call}`;
    });
  }

  /** As `unknown`, of a parameter store. */
  unknownStore(name: string): void {
    if (this.isOff) return;
    this.tell(`store ${name}`, () => {
      const names = Object.keys(this.host().facts.parameterStores());
      return `there is no parameter store ${cut(name)}${this.near(name, names)}`;
    });
  }

  /** A parameter was read with a default of another type, and the default was given. */
  wrongType(of: string, parameter: string, wanted: string, found: string): void {
    // What a guard of the caller's refused has its own reasons.
    if (this.what === 'ignore' || wanted === found) return;
    this.tell(
      `type ${of} ${parameter} ${wanted}`,
      () =>
        `${cut(parameter)} of ${cut(of)} is of type ${found}, its default of type ${wanted}: ` +
        'the default was given',
    );
  }

  /** Without specs every name is unknown. */
  private get isOff(): boolean {
    return this.what === 'ignore' || this.host().specTimes.reason === 'Uninitialized';
  }

  private namesOf(kind: SpecKind): string[] {
    return this.host().query((engine) => engine.specNames(kind, ''));
  }

  private near(name: string, names: readonly string[]): string {
    const found = nearest(name.slice(0, LONGEST_NAME), names);
    return found === null ? '' : `; did you mean ${found}?`;
  }

  private tell(key: string, words: () => string): void {
    if (this.what === 'throw') throw new StatsigInvalidArgumentError(`statsigSDK> ${words()}`);
    if (this.told.size >= MOST_TOLD || this.told.has(key)) return;
    this.told.add(key);
    try {
      const last = this.told.size === MOST_TOLD ? ' More of this kind is not told.' : '';
      this.logger.warn(`statsigSDK> ${words()} (told once; see onMisuse).${last}`);
    } catch {
      // The engine could not be asked: the check goes on.
    }
  }
}

const cut = (name: string): string =>
  name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}…`;
