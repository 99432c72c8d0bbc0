/**
 * The look at every rule that preparing a payload takes. Most of a big project is never asked for,
 * so rules are compiled when first evaluated. What must be known before is found here: what the
 * conditions will need, and whether anything could stop the compiler. Kept for this: compiling all
 * of them takes two to three times as long (ARCHITECTURE.md, "The js engine's two shortcuts").
 */

import type { SpecsSummary } from '../../engine';
import { isOperator } from '../eval/operators';
import { isAgentField } from '../eval/operands';
import { type JsonObject, isForeign, isObject } from '../js-semantics';
import { MAX_NESTING, MAX_WARNINGS, NestedTooDeep, isNestedDeeper } from './payload';

/** Types of conditions that test a value, in lower case. */
const TESTS = new Set([
  'ip_based',
  'ua_based',
  'user_field',
  'environment_field',
  'current_time',
  'user_bucket',
  'unit_id',
  'target_app',
]);

/** Those that test none. */
const NO_TESTS = new Set([
  'public',
  'pass_gate',
  'fail_gate',
  'multi_pass_gate',
  'multi_fail_gate',
]);

const hasOwn = Object.prototype.hasOwnProperty;
/** The root object is the first level, the collection the second. */
const SPEC_LEVEL = 3;
/** Instead of a level: what dcs-v2 keeps beside the specs is measured with the rest of the root. */
const MEASURED = 0;

/** What conditions depend on besides the user, gathered over a payload. */
export class Needs {
  usesTargetApp = false;
  private readonly fields = new Set<string>();
  private readonly idTypes = new Set<string>();

  constructor(private readonly summary: SpecsSummary) {}

  /** Adds a warning, unless there are many. */
  warn(text: string): void {
    if (this.summary.warnings.length < MAX_WARNINGS) this.summary.warnings.push(text);
  }

  /** Notes by which names a rule or condition may ask users. */
  noteNames({ field, idType }: JsonObject): void {
    if (typeof field === 'string') this.fields.add(field);
    if (typeof idType === 'string' && idType !== 'userID') this.idTypes.add(idType);
  }

  /** Everything was noted. */
  finish(): void {
    this.summary.userFields = [...this.fields];
    this.summary.idTypes = [...this.idTypes];
  }

  /** Notes a condition that tests something. `kind` and `operator` in lower case. */
  note(kind: string, operator: string, field: unknown): void {
    const { summary } = this;
    if (kind === 'ip_based' && field === 'country') summary.usesIpTable = true;
    if (kind === 'ua_based' && isAgentField(field)) summary.usesUserAgent = true;
    if (kind === 'target_app') this.usesTargetApp = true;
    if (operator === 'on') summary.usesTimeZone = true;
    if (operator.endsWith('in_segment_list')) summary.usesIdLists = true;
  }
}

/**
 * Tells rules that certainly compile from those that must be tried. Cautious: a wrong yes would
 * turn a malformed spec into one that fails when asked, a wrong no costs only time.
 */
export class Screen {
  /** Conditions of dcs-v2 that were looked at and found plain. */
  private readonly plainIds = new Set<string>();
  /** By spelling. */
  private readonly kinds = new Map<string, Kind>();
  /** What the spec that is looked at uses and nobody here knows. */
  private readonly unknown = new Set<string>();
  /** The same by the ids of conditions. */
  private readonly unknownById = new Map<string, string>();

  constructor(
    private readonly needs: Needs,
    private readonly byId: JsonObject | null,
    /** Whether it is known that nothing nests too deep. */
    private readonly isMeasured: boolean,
    private readonly knowsNewer: boolean,
  ) {}

  /** In words, once. '' = nothing. */
  takeUnknown(): string {
    if (this.unknown.size === 0) return '';
    const words = [...this.unknown].sort().join(' and ');
    this.unknown.clear();
    return words;
  }

  /**
   * Whether every rule of a spec certainly compiles. Notes what the conditions need, up to the
   * first doubt. Each object is walked once for both questions, what it holds and how deep:
   * together they are a third of preparing a payload.
   * @throws NestedTooDeep
   */
  isPlain(spec: JsonObject): boolean {
    let isPlain = true;
    for (const key in spec) {
      if (isForeign(spec, key)) continue;
      const value = spec[key];
      if (typeof value !== 'object' || value === null) continue;
      if (key === 'rules' && Array.isArray(value)) {
        for (let i = 0; i < value.length; i++) if (!this.isPlainRule(value[i])) isPlain = false;
      } else this.measure(value, SPEC_LEVEL + 1);
    }
    return isPlain;
  }

  private isPlainRule(rule: unknown): boolean {
    if (!isObject(rule)) return this.doubt(rule, SPEC_LEVEL + 2);
    this.needs.noteNames(rule);
    let isPlain = true;
    for (const key in rule) {
      if (isForeign(rule, key)) continue;
      const value = rule[key];
      if (typeof value !== 'object' || value === null) continue;
      if (key === 'conditions' && Array.isArray(value)) {
        for (let i = 0; i < value.length; i++)
          if (!this.isPlainCondition(value[i])) isPlain = false;
      } else this.measure(value, SPEC_LEVEL + 3);
    }
    // What is there and no list is no list of conditions.
    const { conditions } = rule;
    return (
      isPlain && (conditions === undefined || conditions === null || Array.isArray(conditions))
    );
  }

  private isPlainCondition(wire: unknown): boolean {
    if (this.byId === null || isObject(wire)) return this.isPlainTest(wire, SPEC_LEVEL + 4);
    if (typeof wire !== 'string') return this.doubt(wire, SPEC_LEVEL + 4);
    if (this.plainIds.has(wire)) {
      const known = this.unknownById.get(wire);
      if (known !== undefined) this.unknown.add(known);
      return true;
    }
    const isMissing = !hasOwn.call(this.byId, wire);
    // Whoever comes to it is Unsupported; the rest of the spec is in order.
    if (isMissing)
      this.noteUnknown(
        `the condition ${JSON.stringify(wire)} of which the payload says nothing`,
        wire,
      );
    const isPlain = isMissing || this.isPlainTest(this.byId[wire], MEASURED, wire);
    if (isPlain) this.plainIds.add(wire);
    return isPlain;
  }

  /**
   * `level`: how deep the condition itself is; MEASURED: it is known that nothing nests too deep.
   */
  private isPlainTest(wire: unknown, level: number, id: string | null = null): boolean {
    if (!isObject(wire)) return level !== MEASURED && this.doubt(wire, level);
    if (level !== MEASURED) this.measureMembers(wire, level + 1);
    const { type, operator, field } = wire;
    this.needs.noteNames(wire);
    if (typeof type !== 'string') return false;
    const kind = this.kind(type);
    const isPlain = isText(operator) && isText(field);
    if (isPlain && kind.isTest) this.note(kind, operator ?? '', field);
    // Not every condition reads a field or an operator.
    const unknown = unknownIn(kind, isText(operator) ? (operator ?? null) : null);
    if (unknown !== null) this.noteUnknown(unknown, id);
    return isPlain;
  }

  private noteUnknown(what: string, id: string | null): void {
    this.unknown.add(what);
    if (id !== null) this.unknownById.set(id, what);
  }

  /** False, after a look at how deep something odd nests. @throws NestedTooDeep */
  doubt(value: unknown, level = SPEC_LEVEL): false {
    if (typeof value === 'object' && value !== null) this.measure(value, level);
    return false;
  }

  /** Throws when a list or object on this level of the payload has too many below. */
  private measure(value: object, level: number): void {
    if (!this.isMeasured && isNestedDeeper(value, MAX_NESTING + 1 - level))
      throw new NestedTooDeep();
  }

  private measureMembers(wire: JsonObject, level: number): void {
    for (const key in wire) {
      if (isForeign(wire, key)) continue;
      const value = wire[key];
      if (typeof value === 'object' && value !== null) this.measure(value, level);
    }
  }

  private kind(type: string): Kind {
    let kind = this.kinds.get(type);
    if (kind === undefined) {
      const name = type.toLowerCase();
      const isTest = TESTS.has(name) || (this.knowsNewer && name === 'experiment_group');
      kind = { name, type, isTest, noted: new Set(), notedForDerived: new Set() };
      this.kinds.set(type, kind);
    }
    return kind;
  }

  /** Few combinations are new, so each is looked at once. */
  private note(kind: Kind, operator: string, field: unknown): void {
    const noted = field === 'country' || isAgentField(field) ? kind.notedForDerived : kind.noted;
    if (noted.has(operator)) return;
    noted.add(operator);
    const spelling = operator.toLowerCase();
    if (isOperator(spelling)) this.needs.note(kind.name, spelling, field);
  }
}

/** A type of condition, and the operators that were met with it. */
interface Kind {
  /** In lower case. */
  readonly name: string;
  /** As the payload spells it. */
  readonly type: string;
  readonly isTest: boolean;
  readonly noted: Set<string>;
  /** With a field that is derived from others. */
  readonly notedForDerived: Set<string>;
}

/** What a condition uses and nobody here knows, in words. */
function unknownIn({ name, type, isTest }: Kind, operator: string | null): string | null {
  if (!isTest) return NO_TESTS.has(name) ? null : `the condition type ${JSON.stringify(type)}`;
  if (operator === null) return 'a condition without operator';
  return isOperator(operator.toLowerCase()) ? null : `the operator ${JSON.stringify(operator)}`;
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}
