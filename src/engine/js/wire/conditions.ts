/** Compiles conditions; equal ones become one, so that a user answers each only once. */

import { compileTest } from '../eval/operators';
import { OperandTable } from '../eval/operands';
import type { Dialect } from '../dialect';
import { type JsonObject, isObject, member, textOf, toTime } from '../js-semantics';
import { type Condition, ConditionKind, type GateRef, type Operand, type Spec } from '../store';
import type { Needs } from './screen';

/** Says why a spec cannot be used; it then answers Unsupported. */
export class MalformedSpec extends Error {}

/** Says in which part of a spec something is malformed. */
export function within<T>(part: string, compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof MalformedSpec)) throw error;
    throw new MalformedSpec(`${part}: ${error.message}`);
  }
}

export class ConditionCompiler {
  readonly operands: OperandTable;
  private readonly gateRefs = new Map<string, GateRef>();
  private count = 0;
  private readonly known = new Map<string, Condition>();
  private gates: ReadonlyMap<string, Spec> | null = null;

  constructor(
    private readonly needs: Needs,
    private readonly dialect: Dialect,
    private readonly byId: JsonObject | null,
  ) {
    this.operands = new OperandTable(dialect);
  }

  /** Resolves the names of gates, those that conditions have named and those they will. */
  link(gates: ReadonlyMap<string, Spec>): void {
    this.gates = gates;
    for (const ref of this.gateRefs.values()) this.resolve(ref);
  }

  gateRef(name: string): GateRef {
    let ref = this.gateRefs.get(name);
    if (ref === undefined) {
      ref = { id: this.gateRefs.size, name, spec: null };
      this.gateRefs.set(name, ref);
      this.resolve(ref);
    }
    return ref;
  }

  private resolve(ref: GateRef): void {
    ref.spec = this.gates?.get(ref.name) ?? null;
    if (ref.spec !== null) ref.spec.gateRef = ref;
  }

  /** Null for a condition that always passes. Throws MalformedSpec. */
  compile(wire: unknown): Condition | null {
    if (this.byId === null || typeof wire !== 'string') return this.inline(wire);
    return Object.prototype.hasOwnProperty.call(this.byId, wire)
      ? this.inline(this.byId[wire])
      : this.unsupported();
  }

  private inline(wire: unknown): Condition | null {
    if (!isObject(wire)) throw new MalformedSpec('not an object');
    const { type } = wire;
    if (typeof type !== 'string') throw new MalformedSpec('`type` is not a string');
    if (type.toLowerCase() === 'public') return null;
    const { operator, field, idType, targetValue: target } = wire;
    const salt = member(wire.additionalValues, 'salt');
    const key = keyOf([type, operator, field, idType, salt, target]);
    let condition = this.known.get(key);
    if (condition === undefined) {
      condition = this.build(type, wire, salt);
      this.known.set(key, condition);
    }
    return condition;
  }

  private build(type: string, wire: JsonObject, salt: unknown): Condition {
    const kind = type.toLowerCase();
    const target = wire.targetValue;
    if (kind === 'pass_gate' || kind === 'fail_gate')
      return this.gate(target, kind === 'pass_gate');
    if (kind === 'multi_pass_gate' || kind === 'multi_fail_gate') {
      // The meaning hangs on the exact spelling (BEHAVIOUR.md 3.7).
      return Array.isArray(target)
        ? this.multiGate(target, type === 'multi_pass_gate')
        : this.unsupported();
    }
    if (kind === 'experiment_group' && this.dialect.knowsNewer) return this.experimentGroup(wire);
    const operand = this.operand(kind, wire, salt);
    return operand === null ? this.unsupported() : this.test(kind, operand, wire);
  }

  private gate(target: unknown, passesOn: boolean): Condition {
    const isAnalytical = typeof target === 'string' && !target.startsWith('segment:');
    const gates = [this.gateRef(textOf(target))];
    return { ...this.base(ConditionKind.Gate), gates, passesOn, isAnalytical };
  }

  private multiGate(targets: unknown[], passesOn: boolean): Condition {
    const gates = targets.map((target) => this.gateRef(textOf(target)));
    return { ...this.base(ConditionKind.MultiGate), gates, passesOn };
  }

  private experimentGroup(wire: JsonObject): Condition {
    const experiment = this.fieldName(wire);
    const condition = this.test('experiment_group', this.operands.experimentGroup(), wire);
    if (condition.kind === ConditionKind.Unsupported) return condition;
    return {
      ...condition,
      kind: ConditionKind.ExperimentGroup,
      isRemembered: false,
      experiment,
    };
  }

  private unsupported(): Condition {
    return this.base(ConditionKind.Unsupported);
  }

  private base(kind: ConditionKind): Condition {
    return {
      id: this.count++,
      kind,
      test: () => false,
      operand: null,
      ...ALWAYS,
      isRemembered: true,
      gates: [],
      passesOn: true,
      isAnalytical: false,
      experiment: null,
    };
  }

  private operand(kind: string, wire: JsonObject, salt: unknown): Operand | null {
    switch (kind) {
      case 'ip_based':
        return this.operands.ip(this.fieldName(wire));
      case 'ua_based':
        return this.operands.userAgent(this.fieldName(wire));
      case 'user_field':
        return this.operands.field(this.fieldName(wire));
      case 'environment_field':
        return this.operands.environment(this.fieldName(wire));
      case 'current_time':
        return this.operands.currentTime();
      case 'user_bucket':
        return this.operands.userBucket(this.dialect.saltOf(salt), wire.idType);
      case 'unit_id':
        return this.operands.unit(wire.idType);
      case 'target_app':
        return this.operands.targetApp();
      default:
        return null;
    }
  }

  private fieldName(wire: JsonObject): string | null {
    const field = wire.field ?? null;
    if (field === null || typeof field === 'string') return field;
    throw new MalformedSpec('`field` is not a string');
  }

  private test(kind: string, operand: Operand, wire: JsonObject): Condition {
    const spelling = wire.operator ?? '';
    if (typeof spelling !== 'string') throw new MalformedSpec('`operator` is not a string');
    const target = this.dialect.listOf(spelling, wire.targetValue);
    const test = compileTest({ operand, spelling, target, isBucket: kind === 'user_bucket' });
    if (test === null) return this.unsupported();
    this.needs.note(kind, spelling.toLowerCase(), wire.field);
    return {
      ...this.base(ConditionKind.Test),
      test,
      operand,
      ...(kind === 'current_time' ? settledAround(spelling.toLowerCase(), target) : ALWAYS),
      isRemembered: kind !== 'target_app',
    };
  }
}

/**
 * Days of the local time zone may begin and end this much before and after those of UTC, with room
 * to spare.
 */
const DAY_MARGIN_MS = 2 * 86_400_000;

interface Settled {
  settledBefore: number;
  settledAfter: number;
}

const ALWAYS: Settled = { settledBefore: -Infinity, settledAfter: -Infinity };
const NEVER: Settled = { settledBefore: -Infinity, settledAfter: Infinity };

/** Between which times the current time may come to compare otherwise with the target. */
function settledAround(operator: string, target: unknown): Settled {
  if (typeof target !== 'number') return NEVER;
  if (/^[gl]te?$/.test(operator)) return { settledBefore: target, settledAfter: target };
  const time = toTime(target);
  // Dates are whole milliseconds.
  if (operator === 'before' || operator === 'after')
    return { settledBefore: time, settledAfter: time + 1 };
  return operator === 'on'
    ? { settledBefore: time - DAY_MARGIN_MS, settledAfter: time + DAY_MARGIN_MS }
    : NEVER;
}

/**
 * Text that only equal parts share. Most parts are plain text, for which JSON.stringify of the
 * whole is slow.
 */
function keyOf(parts: unknown[]): string {
  let key = '';
  for (const part of parts)
    key +=
      typeof part === 'string'
        ? `${part.length}:${part}`
        : `${part === undefined ? '' : JSON.stringify(part)};`;
  return key;
}
