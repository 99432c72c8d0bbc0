import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Clock, TimerHandle } from '../host/clock';
import { Frames, requestFrame, specsIn } from './messages';
import type { ForwardProxyOptions } from './options';

const PATH = '/statsig_forward_proxy.StatsigForwardProxy/StreamConfigSpec';
/**
 * What the proxy may send before it hears that it arrived. By default 64 KiB, so that a payload
 * takes as many times the way there and back as it has of them.
 */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** Longest wait for the first message, ms. */
const FIRST_MS = 10_000;

/** What is asked for. */
export interface Ask {
  secretKey: string;
  format: 1 | 2;
  /** Longest payload, bytes. */
  maxBytes: number;
  /** Time of the specs that are there already, ms; 0 without any. */
  since: number;
}

export interface ConnectionOptions {
  proxy: Pick<ForwardProxyOptions, 'url' | 'tls'>;
  ask: Ask;
  clock: Clock;
  /** Longest silence, ms. */
  silenceMs: number;
  /** False when nobody can use them: then the connection ends. Never rejects. */
  onSpecs(payload: Buffer): Promise<boolean>;
  /** Told once, when nothing comes any more. */
  onEnd(reason: unknown): void;
}

/** One stream over one connection, which never keeps the process alive. Ends once. */
export class Connection {
  private readonly session: ClientHttp2Session;
  private readonly request: ClientHttp2Stream;
  private readonly frames: Frames;
  private watchdog: TimerHandle = null;
  private isOver = false;

  /** @throws Error for an address or certificates that are none */
  constructor(private readonly options: ConnectionOptions) {
    const { proxy, ask } = options;
    this.frames = new Frames(ask.maxBytes);
    const settings = { initialWindowSize: WINDOW_BYTES };
    this.session = connect(proxy.url, { ...proxy.tls, settings });
    this.session.unref();
    // Told a moment later, too, of a session that was closed meanwhile: that has no window.
    this.session.once('connect', () => {
      if (!this.session.destroyed) this.session.setLocalWindowSize(WINDOW_BYTES);
    });
    const end = (reason: unknown): void => this.end(reason);
    this.session.on('error', end).on('close', () => end(new Error('The connection was closed')));
    this.session.on('goaway', () => end(new Error('The proxy goes away')));
    this.request = this.session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: PATH,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      te: 'trailers',
    });
    this.request.on('error', end).on('close', () => end(new Error('The stream ended')));
    this.request.on('response', ({ ':status': status, 'grpc-status': code }) => {
      if (status !== 200 || (code !== undefined && code !== '0'))
        end(new Error(`The proxy answered ${status}, gRPC ${String(code ?? 'without status')}`));
    });
    this.request.on('data', (chunk: Buffer) => this.read(chunk));
    this.request.end(requestFrame(ask.secretKey, ask.format, ask.since));
    this.watch(FIRST_MS);
  }

  /** Closes everything, at once; nobody is told. */
  close(): void {
    this.isOver = true;
    this.options.clock.clearTimer(this.watchdog);
    this.request.destroy();
    this.session.destroy();
  }

  private end(reason: unknown): void {
    if (this.isOver) return;
    this.close();
    this.options.onEnd(reason);
  }

  private watch(ms: number): void {
    const { clock } = this.options;
    clock.clearTimer(this.watchdog);
    const silent = (): void => this.end(new Error(`Nothing came for ${ms} ms`));
    this.watchdog = clock.setTimer(silent, ms, 'limit');
  }

  private read(chunk: Buffer): void {
    if (this.isOver) return;
    try {
      const messages = this.frames.add(chunk);
      const specs = messages.map(specsIn).filter((payload) => payload !== null);
      if (messages.length > 0) this.watch(this.options.silenceMs);
      // Each is whole: only the newest one counts. A sign of life must not take its place.
      const payload = specs.filter((one) => !isSign(one)).pop() ?? specs.pop();
      if (payload !== undefined) void this.take(payload);
    } catch (error) {
      this.end(error);
    }
  }

  private async take(payload: Buffer): Promise<void> {
    if (!(await this.options.onSpecs(payload)))
      this.end(new Error('The proxy sent what are no config specs'));
  }
}

/** `{"has_updates":false}`, however it is spaced. */
export function isSign(payload: Uint8Array): boolean {
  return payload.length < 64;
}
