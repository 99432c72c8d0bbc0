/** Condition types that yield a value (BEHAVIOUR.md 3.5, 3.7, 3.10): where it is read. */

import type { Place, UserAgentParts } from '../../engine';
import { type Midstate, midstate } from '../sha256';
import { bucket } from '../hashing';
import { countryOf } from '../lookup/ip';
import { mappedAddress } from '../lookup/mapped-address';
import type { Dialect, OwnField } from '../dialect';
import { member, textOf } from '../js-semantics';
import type { Operand } from '../store';
import type { User } from '../user';
import { type EvalContext, NEEDS_USER_AGENT } from './context';

const USER_BUCKETS = 1000;

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
    const own = name === null ? null : this.dialect.ownField(name);
    const place: Look = ({ user }) =>
      own !== null && ownField(user, own, user.field(name, lower)) !== undefined
        ? 'user'
        : user.placeOf(name, lower);
    return this.intern(keyOf('field', name), place, () =>
      own === null
        ? (context) => context.user.field(name, lower)
        : ({ user }) => {
            const found = user.field(name, lower);
            return ownField(user, own, found) ?? found;
          },
    );
  }

  ip(name: string | null): Operand {
    const field = this.field(name).id;
    if (name !== 'country') return this.orNull(this.field(name), keyOf('ip', name));
    const ip = this.field('ip').id;
    const place = derived(this.field(name), 'ip', 'ip', 'private ip');
    return this.intern(keyOf('ip', name), place, () => (context) => {
      const own = context.value(field);
      if (own !== null && own !== undefined) return own;
      const address = context.value(ip);
      if (address === null || address === undefined) return null;
      const mapped = context.readsMapped ? mappedAddress(address) : null;
      return countryOf(context.ipTable, mapped ?? address);
    });
  }

  userAgent(name: string | null): Operand {
    const field = this.field(name).id;
    const part = name === null ? undefined : UA_PARTS.get(name.toLowerCase());
    if (part === undefined) return this.orNull(this.field(name), keyOf('ua', name));
    const place = derived(this.field(name), 'userAgent', 'userAgent', 'private userAgent');
    return this.intern(keyOf('ua', name), place, () => (context) => {
      const own = context.value(field);
      return own !== null && own !== undefined ? own : userAgentPart(context, part);
    });
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
function derived(field: Operand, from: string, open: Place, hidden: Place): Look {
  return (context) => {
    const own = field.place(context);
    if (own !== 'nowhere') return own;
    return context.user.placeOf(from, from.toLowerCase()) === 'private' ? hidden : open;
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

/** A field of the user itself; undefined where `found`, what is called as asked for, counts. */
function ownField(user: User, { name, isFirst }: OwnField, found: unknown): unknown {
  const own = member(user.data, name);
  const isSet = (value: unknown): boolean => value !== null && value !== undefined && value !== '';
  return isSet(own) && (isFirst || !isSet(found)) ? own : undefined;
}

function userAgentPart(context: EvalContext, part: keyof UserAgentParts): string | null {
  const { user } = context;
  if (user.parsableUserAgent() === null) return null;
  if (user.userAgent === null) throw NEEDS_USER_AGENT;
  return user.userAgent[part];
}
