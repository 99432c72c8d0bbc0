/**
 * One stream for all instances of a thread that want the same. Each is told for itself: one that
 * is slow, refuses what came or stops leaves the others alone, and the last one that stops closes
 * the connection.
 */
import { kept } from '../host/bytes';
import type { Clock, TimerHandle } from '../host/clock';
import type { SpecStreamSink } from '../updates/spec-stream';
import { Connection, isSign } from './connection';
import { Member } from './member';
import type { ForwardProxyOptions } from './options';

/** Wait before the second try and longest wait, ms; each is shortened by up to a half. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** What is asked for. Who differs in anything shares nothing; `tls` and `clock` by identity. */
export interface Wanted {
  readonly url: string;
  readonly tls: ForwardProxyOptions['tls'];
  readonly silenceMs: number;
  readonly clock: Clock;
  readonly secretKey: string;
  readonly format: 1 | 2;
  readonly maxBytes: number;
}

/** Those that somebody takes part in. */
const STREAMS = new Set<SharedStream>();

/** Takes part in a stream, or begins one; gives what ends that. */
export function join(wanted: Wanted, sink: SpecStreamSink): () => void {
  const member = new Member(sink);
  const stream = [...STREAMS].find((one) => one.takes(wanted, sink)) ?? new SharedStream(wanted);
  stream.add(member);
  return () => stream.remove(member);
}

/** Connects again and again. */
class SharedStream {
  private readonly members = new Set<Member>();
  private connection: Connection | null = null;
  private timer: TimerHandle = null;
  private failures = 0;
  /** The last payload that came, for those who come later. */
  private last: Uint8Array | null = null;
  /** One that nobody has taken or refused yet. */
  private coming: Uint8Array | null = null;
  /** What the connection was asked for: what is newer than this. */
  private since = 0;
  /** Something came over this connection. */
  private isLive = false;

  constructor(private readonly wanted: Wanted) {}

  /** Whether it is what is wanted, and has or will get what the sink lacks. */
  takes(wanted: Wanted, sink: SpecStreamSink): boolean {
    const names = Object.keys(wanted) as (keyof Wanted)[];
    if (!names.every((name) => wanted[name] === this.wanted[name])) return false;
    if (this.last !== null || this.connection === null) return true;
    return this.since <= sink.time();
  }

  add(member: Member): void {
    this.members.add(member);
    STREAMS.add(this);
    if (this.connection === null) {
      // Who begins does not wait for the end of somebody else's wait, nor makes that longer.
      this.failures = 0;
      this.connect();
      return;
    }
    const payload = this.coming ?? this.last;
    if (this.isLive && payload !== null) void this.give([member], payload);
  }

  remove(member: Member): void {
    member.stop();
    this.members.delete(member);
    if (this.members.size > 0) return;
    STREAMS.delete(this);
    this.wanted.clock.clearTimer(this.timer);
    this.connection?.close();
    this.connection = null;
  }

  private connect(): void {
    const { url, tls, silenceMs, clock, secretKey, format, maxBytes } = this.wanted;
    clock.clearTimer(this.timer);
    const startedAt = clock.now();
    this.isLive = false;
    this.coming = null;
    this.since = Math.min(...[...this.members].map((member) => member.time()));
    const onEnd = (reason: unknown): void => this.ended(reason, clock.now() - startedAt);
    const proxy = { url, ...(tls && { tls }) };
    const ask = { secretKey, format, maxBytes, since: this.since };
    const onSpecs = (payload: Buffer): Promise<boolean> => this.receive(payload);
    try {
      this.connection = new Connection({ proxy, ask, clock, silenceMs, onSpecs, onEnd });
    } catch (error) {
      onEnd(error);
    }
  }

  /** One that lived long enough was a good one. */
  private ended(reason: unknown, livedMs: number): void {
    if (this.members.size === 0) return;
    this.connection = null;
    this.failures = livedMs >= LONGEST_WAIT_MS ? 0 : this.failures + 1;
    const { clock } = this.wanted;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.timer = clock.setTimer(() => this.connect(), wait * (1 - clock.random() / 2));
    // Not those who join when they hear of it.
    for (const member of [...this.members]) member.lost(reason);
  }

  /** False when nobody could use it. */
  private async receive(payload: Buffer): Promise<boolean> {
    this.isLive = true;
    // A copy, of which all know that nobody changes it: the rest of the chunk goes.
    const bytes = kept(payload);
    if (!isSign(payload)) {
      this.coming = bytes;
      const isTaken = await this.give([...this.members], bytes);
      if (this.coming === bytes) this.coming = null;
      return isTaken;
    }
    const { last } = this;
    const isLacking = (one: Member): boolean => last !== null && one.last !== last && !one.isTaking;
    const lacking = [...this.members].filter(isLacking);
    const others = [...this.members].filter((member) => !lacking.includes(member));
    if (last !== null && lacking.length > 0) void this.give(lacking, last);
    return others.length === 0 || this.give(others, bytes);
  }

  /** True when the first one took it: who is slow is not waited for. */
  private give(members: readonly Member[], bytes: Uint8Array): Promise<boolean> {
    const refusing = new Set<Member>();
    let isTaken = false;
    return new Promise((resolve) => {
      const heard = (member: Member, isGood: boolean): void => {
        if (isGood && member.newest === bytes) this.last = bytes;
        isTaken ||= isGood;
        if (!isGood) refusing.add(member);
        if (!isTaken && refusing.size < members.length) return;
        resolve(isTaken);
        // When nobody took it the connection ends, and everybody hears of that.
        if (isTaken) for (const one of refusing) one.lost(new Error('It was refused'));
        refusing.clear();
      };
      for (const member of members) void member.give(bytes).then((isGood) => heard(member, isGood));
    });
  }
}
