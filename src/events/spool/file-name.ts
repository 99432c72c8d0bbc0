/**
 * Names in a spool folder:
 *
 *     {time}-{batch ID}~{owner}-{bytes}-{events}.batch    a batch; `.tmp` or `.now` is behind it
 *                                                         while it is written
 *     {owner}.lease                                       touched by its owner while that lives
 *
 * A name says what there is to know before the file is opened. Whatever is named otherwise is
 * somebody else's and left alone.
 */

/** Most events that a name may claim: `loggingMaxBufferSize` is at most 1,000. */
const MAX_EVENTS = 10_000;
const OWNER = '[0-9a-f]{8}\\.\\d{1,10}\\.\\d{1,15}\\.[0-9a-f]{8}';
const ID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const BATCH = new RegExp(
  `^(\\d{15})-(${ID})~(${OWNER})-(\\d{1,8})-(\\d{1,5})\\.batch(\\.tmp|\\.now)?$`,
);
const LEASE = new RegExp(`^(${OWNER})\\.lease$`);
const LATEST = 10 ** 15 - 1;

/** What the name of a batch file says. */
export interface BatchName {
  /** ms since 1970: names sort by age. */
  time: number;
  id: string;
  /** `Owner.token` */
  owner: string;
  /** Length of the file. */
  bytes: number;
  events: number;
}

/** The name of a batch file that is complete. */
export function batchFileName({ time, id, owner, bytes, events }: BatchName): string {
  const age = String(Math.min(Math.max(Math.floor(time), 0) || 0, LATEST)).padStart(15, '0');
  return `${age}-${id}~${owner}-${bytes}-${events}.batch`;
}

/**
 * The name while the file is written. At the end of a process a batch is written at once although a
 * write of it may be under way: the two do not meet.
 */
export function temporaryName(name: string, isAtOnce: boolean): string {
  return `${name}${isAtOnce ? '.now' : '.tmp'}`;
}

/** Whether that was being written. */
export function isTemporary(name: string): boolean {
  return !name.endsWith('.batch');
}

/** Null for what is no batch of ours, complete or not. */
export function parseBatchName(name: string): BatchName | null {
  const [, time, id = '', owner = '', bytes, events] = BATCH.exec(name) ?? [];
  const count = Number(events);
  if (time === undefined || count < 1 || count > MAX_EVENTS) return null;
  return { time: Number(time), id, owner, bytes: Number(bytes), events: count };
}

/** The name of an owner's lease. */
export function leaseName(owner: string): string {
  return `${owner}.lease`;
}

/** Null for what is no lease. */
export function ownerOfLease(name: string): string | null {
  return LEASE.exec(name)?.[1] ?? null;
}
