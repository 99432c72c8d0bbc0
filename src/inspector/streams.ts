/** Pages that are told what happens, as server-sent events. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { protect } from './respond';

const MOST_STREAMS = 8;
/** Bytes that a slow page may be behind; what comes then it is not told. */
const MOST_BEHIND = 1024 * 1024;
/** A change is told so soon; to look costs microseconds. */
const TICK_MS = 200;
const HEARTBEAT_TICKS = 75;

/** See the head of this file. */
export class Streams {
  private readonly open = new Map<ServerResponse, number>();
  private timer: NodeJS.Timeout | null = null;
  private ticks = 0;

  /**
   * @param tick called five times a second while somebody looks; must not throw
   * @param idle called when the last page is gone; must not throw
   */
  constructor(
    private readonly tick: () => void,
    private readonly idle: () => void,
  ) {}

  /** False: there are too many. */
  add(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.open.size >= MOST_STREAMS) return false;
    protect(response);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    // A page that is left open must not keep the process alive.
    request.socket.unref?.();
    this.open.set(response, 0);
    const gone = (): void => this.remove(response);
    response.on('close', gone).on('error', gone);
    this.timer ??= setInterval(() => this.onTick(), TICK_MS).unref();
    return true;
  }

  /** Tells all, or one. */
  send(name: string, data: unknown, only?: ServerResponse): void {
    const text = `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    for (const [response, missed] of this.open) {
      if (only !== undefined && response !== only) continue;
      if (response.writableLength > MOST_BEHIND) this.open.set(response, missed + 1);
      else {
        if (missed > 0) response.write(`event: missed\ndata: ${missed}\n\n`);
        this.open.set(response, 0);
        response.write(text);
      }
    }
  }

  end(): void {
    for (const response of [...this.open.keys()]) {
      response.end();
      this.remove(response);
    }
  }

  private onTick(): void {
    this.ticks += 1;
    if (this.ticks % HEARTBEAT_TICKS === 0)
      for (const response of this.open.keys()) response.write(':\n\n');
    this.tick();
  }

  private remove(response: ServerResponse): void {
    this.open.delete(response);
    if (this.open.size > 0 || this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.idle();
  }
}
