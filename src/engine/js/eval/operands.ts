/** Condition types that yield a value (BEHAVIOUR.md 3.5, 3.7, 3.10): where it is read. */

import type { Place, UserAgentParts } from '../../engine';
import { type Midstate, midstate } from '../sha256';
import { bucket } from '../hashing';
import { countryOf } from '../lookup/ip';
import { mappedAddress } from '../lookup/mapped-address';
import type { Dialect } from '../dialect';
import { textOf } from '../js-semantics';
import type { Operand } from '../store';
import { type EvalContext, NEEDS_USER_AGENT } from './context';

const USER_BUCKETS = 1000;
const UA_MAX_UNITS = 1000;

const UA_PARTS = new Map<string, keyof UserAgentParts>([
  ['os_name', 'osName'],
  ['osname', 'osName'],
  ['os_version', 'osVersion'],
  ['osversion', 'osVersion'],
  ['browser_name', 'browserName'],
  ['browsername', 'browserName'],
  ['browser_version', 'browserVersion'],
  ['browserversion', 'browserVersion'],
]);

/** Whether a field is read from the user agent where the user has no such value. */
export function isAgentField(name: unknown): boolean {
  return typeof name === 'string' && UA_PARTS.has(name.toLowerCase());
}

type Read = (context: EvalContext) => unknown;
type Look = (context: EvalContext) => Place;

const always =
  (place: Place): Look =>
  () =>
    place;

/** Hands out one operand per distinct value: its reading, text and lower case are shared. */
export class OperandTable {
  readonly operands: Operand[] = [];
  private readonly known = new Map<string, Operand>();

  constructor(private readonly dialect: Dialect) {}

  private intern(key: string, place: Look, read: () => Read, isRemembered = true): Operand {
    let operand = this.known.get(key);
    if (operand === undefined) {
      operand = { id: this.operands.length, isRemembered, read: read(), place };
      this.operands.push(operand);
      this.known.set(key, operand);
    }
    return operand;
  }

  field(name: string | null): Operand {
    const lower = name === null ? '' : name.toLowerCase();
    if (name === null || !this.dialect.nullHides)
      return this.intern(
        keyOf('field', name),
        ({ user }) => user.placeOf(name, lower),
        () => (context) => context.user.field(name, lower),
      );
    const own = this.dialect.ownField(name);
    return this.intern(
      keyOf('field', name),
      ({ user }) => user.newerField(name, lower, own).place,
      () => (context) => context.user.newerField(name, lower, own).value,
    );
  }

  ip(name: string | null): Operand {
    const field = this.field(name).id;
    if (name !== 'country') return this.orNull(this.field(name), keyOf('ip', name));
    const isHidden = this.isHidden(name);
    const ip = this.field('ip');
    const place = derived(this.field(name), ip, 'ip', 'private ip');
    return this.intern(keyOf('ip', name), place, () => (context) => {
      const own = context.value(field);
      if (own !== null && own !== undefined) return own;
      if (isHidden(context)) return null;
      const address = context.value(ip.id);
      if (address === null || address === undefined) return null;
      const mapped = context.readsMapped ? mappedAddress(address) : null;
      return countryOf(context.ipTable, mapped ?? address);
    });
  }

  userAgent(name: string | null): Operand {
    const field = this.field(name).id;
    const part = name === null ? undefined : UA_PARTS.get(name.toLowerCase());
    if (part === undefined) return this.orNull(this.field(name), keyOf('ua', name));
    const isHidden = this.isHidden(name);
    const agent = this.field('userAgent');
    const place = derived(this.field(name), agent, 'userAgent', 'private userAgent');
    return this.intern(keyOf('ua', name), place, () => (context) => {
      const own = context.value(field);
      if (own !== null && own !== undefined) return own;
      const isParsable = !isHidden(context) && canBeParsed(context.value(agent.id));
      return isParsable ? userAgentPart(context, part) : null;
    });
  }

  /** Whether a field that says nothing stands somewhere and so is not derived from another one. */
  private isHidden(name: string | null): (context: EvalContext) => boolean {
    if (!this.dialect.nullHides) return () => false;
    const { place } = this.field(name);
    return (context) => place(context) !== 'nowhere';
  }

  /** A field whose absence is null rather than undefined. */
  private orNull({ id, place }: Operand, key: string): Operand {
    return this.intern(key, place, () => (context) => context.value(id) ?? null);
  }

  environment(name: string | null): Operand {
    const { ignoresCase } = this.dialect;
    return this.intern(
      keyOf('environment', name),
      always('environment'),
      () => (context) => context.user.environment(name, ignoresCase),
    );
  }

  /** `idType` as in the payload; anything that means `userID` shares one operand. */
  unit(idType: unknown): Operand {
    const name = typeof idType === 'string' && idType.toLowerCase() !== 'userid' ? idType : null;
    const { ignoresCase } = this.dialect;
    return this.intern(
      keyOf('unit', name),
      always('unitID'),
      () => (context) => context.user.unitId(name, ignoresCase),
    );
  }

  userBucket(salt: unknown, idType: unknown): Operand {
    const unit = this.unit(idType).id;
    const text = textOf(salt);
    const prefix: Midstate = midstate(`${text}.`);
    const operand = this.intern(
      `${keyOf('bucket', text)}:${unit}`,
      always('bucket'),
      () => (context) => bucket(prefix, unitText(context, unit), USER_BUCKETS),
    );
    operand.unit = unit;
    return operand;
  }

  currentTime(): Operand {
    return this.intern('time', always('time'), () => (context) => context.nowMs, false);
  }

  experimentGroup(): Operand {
    return this.intern('group', always('group'), () => (context) => context.experimentGroup, false);
  }

  targetApp(): Operand {
    return this.intern('app', always('app'), () => (context) => context.targetApp, false);
  }
}

/** The place of a field, or of the other one that its value is derived from. */
function derived(field: Operand, from: Operand, open: Place, hidden: Place): Look {
  return (context) => {
    const own = field.place(context);
    if (own !== 'nowhere') return own;
    return from.place(context) === 'private' ? hidden : open;
  };
}

function keyOf(kind: string, name: string | null): string {
  return name === null ? `${kind}:` : `${kind}=${name}`;
}

/** The unit ID as hashing sees it: joined to a string, so objects convert with the default hint. */
export function unitText(context: EvalContext, unit: number): string {
  const id = context.value(unit) ?? '';
  return typeof id === 'string' ? id : '' + id;
}

function canBeParsed(agent: unknown): boolean {
  return typeof agent === 'string' && agent.length <= UA_MAX_UNITS;
}

function userAgentPart({ user }: EvalContext, part: keyof UserAgentParts): string | null {
  if (user.userAgent === null) throw NEEDS_USER_AGENT;
  return user.userAgent[part];
}
