/**
 * The look at every rule that preparing a payload takes. Compiling all of a big project took half the time of an
 * update, and most of it is never asked for, so rules are compiled when first evaluated. What must be known before is
 * found here: what the conditions will need, and whether anything could stop the compiler.
 */

import { SpecsSummary } from '../../engine';
import { isOperator } from '../eval/operators';
import { JsonObject, member } from '../js-semantics';
import { isObject } from './payload';

/** Types of conditions that test a value, in lower case. */
const TESTS = new Set([
  'ip_based', 'ua_based', 'user_field', 'environment_field', 'current_time', 'user_bucket', 'unit_id', 'target_app',
]);
/** Operators, exactly so spelled, whose compiler leaves the elements of a target alone. */
const SETS = new Set<unknown>(['any', 'none', 'any_case_sensitive', 'none_case_sensitive']);

/** What conditions depend on besides the user, gathered over a payload. */
export class Needs {
  usesTargetApp = false;

  constructor(private readonly summary: SpecsSummary) {}

  /** Notes a condition that tests something. `kind` and `operator` in lower case. */
  note(kind: string, operator: string, field: unknown): void {
    const { summary } = this;
    if (kind === 'ip_based' && field === 'country') summary.usesIpTable = true;
    if (kind === 'ua_based') summary.usesUserAgent = true;
    if (kind === 'target_app') this.usesTargetApp = true;
    if (operator === 'on') summary.usesTimeZone = true;
    if (operator.endsWith('in_segment_list')) summary.usesIdLists = true;
  }
}

/**
 * Tells rules that certainly compile from those that must be tried. Cautious: a wrong yes would turn a malformed spec
 * into one that fails when asked, a wrong no costs only time.
 */
export class Screen {
  /** Conditions of dcs-v2 that were looked at and found plain. */
  private readonly plainIds = new Set<string>();
  /** By spelling. */
  private readonly kinds = new Map<string, Kind>();

  constructor(
    private readonly needs: Needs,
    private readonly byId: JsonObject | null,
  ) {}

  /** Whether every rule certainly compiles. Notes what the conditions need, up to the first doubt. */
  isPlain(rules: unknown[], salt: unknown): boolean {
    if (!isScalar(salt)) return false;
    for (let i = 0; i < rules.length; i++) if (!this.isPlainRule(rules[i])) return false;
    return true;
  }

  private isPlainRule(rule: unknown): boolean {
    if (!isObject(rule)) return false;
    const { id, groupName, salt, configDelegate, passPercentage, conditions } = rule;
    if (!isScalar(id) || !isScalar(groupName) || !isScalar(salt)) return false;
    if (!isScalar(configDelegate) || !isScalar(passPercentage)) return false;
    if (conditions === undefined || conditions === null) return true;
    if (!Array.isArray(conditions)) return false;
    for (let i = 0; i < conditions.length; i++) if (!this.isPlainCondition(conditions[i])) return false;
    return true;
  }

  private isPlainCondition(wire: unknown): boolean {
    if (this.byId === null || isObject(wire)) return this.isPlainTest(wire);
    if (typeof wire !== 'string') return false;
    if (this.plainIds.has(wire)) return true;
    // A condition that is missing is Unsupported, which is no error.
    const isPlain = !Object.prototype.hasOwnProperty.call(this.byId, wire) || this.isPlainTest(this.byId[wire]);
    if (isPlain) this.plainIds.add(wire);
    return isPlain;
  }

  private isPlainTest(wire: unknown): boolean {
    if (!isObject(wire) || typeof wire.type !== 'string') return false;
    const { operator, field } = wire;
    if (!isText(operator) || !isText(field)) return false;
    const kind = this.kind(wire.type);
    if (!this.isPlainTarget(kind, wire)) return false;
    if (kind.name === 'user_bucket' && !isScalar(member(wire.additionalValues, 'salt'))) return false;
    if (kind.isTest) this.note(kind, operator ?? '', field);
    return true;
  }

  private kind(type: string): Kind {
    let kind = this.kinds.get(type);
    if (kind === undefined) {
      const name = type.toLowerCase();
      kind = { name, isTest: TESTS.has(name), noted: new Set(), notedForCountry: new Set() };
      this.kinds.set(type, kind);
    }
    return kind;
  }

  /** Few combinations are new, so each is looked at once. */
  private note(kind: Kind, operator: string, field: unknown): void {
    const noted = field === 'country' ? kind.notedForCountry : kind.noted;
    if (noted.has(operator)) return;
    noted.add(operator);
    const spelling = operator.toLowerCase();
    if (isOperator(spelling)) this.needs.note(kind.name, spelling, field);
  }

  private isPlainTarget(kind: Kind, { operator, targetValue }: JsonObject): boolean {
    if (Array.isArray(targetValue)) {
      if (kind.isTest && SETS.has(operator)) return true;
      for (let i = 0; i < targetValue.length; i++) if (!isScalar(targetValue[i])) return false;
      return true;
    }
    if (isScalar(targetValue)) return true;
    // dcs-v2 writes bucket lists as objects, of which only the keys are read.
    return kind.name === 'user_bucket' && this.byId !== null && Object.keys(targetValue as object).every(isBucket);
  }
}

/** A type of condition, and the operators that were met with it. */
interface Kind {
  /** In lower case. */
  readonly name: string;
  readonly isTest: boolean;
  readonly noted: Set<string>;
  readonly notedForCountry: Set<string>;
}

/** Converts to text and to a number without running into members that the payload defines. */
function isScalar(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isText(value: unknown): value is string | null | undefined {
  return value === undefined || value === null || typeof value === 'string';
}

/** No name of a method that conversions call. */
function isBucket(key: string): boolean {
  const first = key.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}
