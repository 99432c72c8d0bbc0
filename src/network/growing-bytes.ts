/**
 * Bytes that arrive in pieces. Each is copied as it comes, so that its memory is free for the next
 * at once: the pieces of 10 MB, kept until the end, left 20 MB of holes in the heap of malloc.
 */
import { host } from '../host/host';

/** Size of the first room when the length is not known, and of the further ones. */
const FIRST_ROOM = 16 * 1024;
const ROOM = 1024 * 1024;
/** Longest announcement that is believed. */
const LONGEST_BELIEVED = 64 * 1024 * 1024;

/** See the head of this file. */
export class GrowingBytes {
  length = 0;
  private readonly rooms: Buffer[] = [];
  /** Bytes used of the last room. */
  private used = 0;

  /** @param expected the whole length, 0 when it is not known */
  constructor(private readonly expected: number) {}

  add(piece: Buffer): void {
    for (let from = 0; from < piece.length; ) {
      const room = this.roomFor();
      const copied = piece.copy(room, this.used, from);
      from += copied;
      this.used += copied;
      this.length += copied;
    }
  }

  /**
   * All of them, given away; nothing may be added afterwards. Joins a megabyte at a time: 50 MB at
   * once take tens of milliseconds.
   */
  async bytes(): Promise<Uint8Array> {
    const { length } = this;
    // A stream that outlives its response, as those of kept connections do, must not hold the
    // bytes.
    const rooms = this.rooms.splice(0);
    if (rooms.length <= 1) return rooms[0]?.subarray(0, length) ?? new Uint8Array(0);
    const all = Buffer.allocUnsafeSlow(length);
    let offset = 0;
    for (const room of rooms) {
      offset += room.copy(all, offset, 0, Math.min(room.length, length - offset));
      if (offset < length) await host.nextTurn();
    }
    return all;
  }

  private roomFor(): Buffer {
    const last = this.rooms[this.rooms.length - 1];
    if (last !== undefined && this.used < last.length) return last;
    const announced = this.expected > 0 ? Math.min(this.expected, LONGEST_BELIEVED) : FIRST_ROOM;
    // Not from the pool and not zeroed: the pages come into being as they are written.
    const room = Buffer.allocUnsafeSlow(last === undefined ? announced : ROOM);
    this.rooms.push(room);
    this.used = 0;
    return room;
  }
}
