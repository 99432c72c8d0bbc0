import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { BodyError, decodeBody, json, readBody, send } from './exchange';
import type { Reply } from './exchange';
import { Faults, waitAsToldBy } from './faults';
import { IdLists } from './id-lists';
import { Journal } from './journal';
import { countByRoute, htmlPage } from './page';
import type { Overview } from './page';
import { eventsOf, idListReply, specsReply, targetOf } from './routes';
import type { Target } from './routes';
import { emptySpecs, serveSpecs, SpecsFile } from './specs-source';
import type { ServedSpecs } from './specs-source';
import type { IdListInput, LocalServerOptions, ReceivedRequest, SpecsInput } from './types';

/** Events shown on the page. */
const shownEvents = 100;

/** Everything behind one listening socket. */
export class StatsigCompatibleServer {
  readonly journal: Journal;
  readonly faults = new Faults();
  readonly lists = new IdLists();
  private readonly log: (message: string) => void;
  private readonly closing = new AbortController();
  private readonly server: Server;
  private readonly file: SpecsFile | null;
  private specs: { 1: ServedSpecs; 2: ServedSpecs | null };
  private url = '';

  constructor(private readonly options: LocalServerOptions) {
    if (options.specs !== undefined && options.specsFile !== undefined) {
      throw new TypeError('createLocalServer: give specs or specsFile, not both');
    }
    this.log = options.log ?? (() => undefined);
    this.journal = new Journal({
      maxEvents: options.maxEvents ?? 100_000,
      maxRequests: options.maxRequests ?? 10_000,
      maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    });
    this.file = options.specsFile === undefined ? null : new SpecsFile(options.specsFile, this.log);
    this.specs = {
      1: serveSpecs(options.specs ?? emptySpecs),
      2: options.specsV2 === undefined ? null : serveSpecs(options.specsV2),
    };
    if (options.idListsDirectory !== undefined) this.lists.addDirectory(options.idListsDirectory);
    for (const [name, members] of Object.entries(options.idLists ?? {})) this.lists.set(name, members);
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** Resolves with the port once the server listens; rejects when it can't. */
  listen(): Promise<{ url: string; port: number }> {
    const host = this.options.host ?? '127.0.0.1';
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port ?? 0, host, () => {
        this.server.off('error', reject);
        const { port } = this.server.address() as AddressInfo;
        this.url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
        resolve({ url: this.url, port });
      });
    });
  }

  setSpecs(specs: SpecsInput, version: 1 | 2): void {
    this.specs[version] = serveSpecs(specs);
  }

  setIdList(name: string, members: IdListInput | null): void {
    this.lists.set(name, members);
  }

  close(graceMs: number): Promise<void> {
    this.closing.abort();
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.server.closeAllConnections(), graceMs);
      this.server.close(() => {
        clearTimeout(timer);
        resolve();
      });
      this.server.closeIdleConnections();
    });
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const received = this.describe(request);
    try {
      await this.answer(request, response, received);
    } catch (error) {
      // Only the connection can fail here: bodies and faults are answered below.
      this.log(`${received.method} ${received.route ?? received.path}: ${String(error)}`);
      response.destroy();
    }
    this.journal.addRequest(received);
  }

  private describe(request: IncomingMessage): ReceivedRequest {
    const { route, path, query } = targetOf(request.url ?? '/');
    const { method = 'GET', headers } = request;
    const entries = Object.fromEntries(query);
    return { route, method, path, query: entries, headers, body: '', wireBytes: 0, status: 0, receivedAtMs: Date.now() };
  }

  private async answer(request: IncomingMessage, response: ServerResponse, received: ReceivedRequest): Promise<void> {
    const target = targetOf(request.url ?? '/');
    const reply = await this.readAndReply(request, target, received);
    const fault = this.faults.take(target.route);
    if (fault) await waitAsToldBy(fault, this.closing.signal);
    // A batch counts as arrived only when the client is told so.
    const isAccepted = reply.status < 300 && !fault?.drop && (fault?.status ?? 200) < 300;
    if (target.route === 'events' && isAccepted) {
      this.journal.addEvents(eventsOf(received.body, received.receivedAtMs) ?? []);
    }
    if (this.closing.signal.aborted) response.setHeader('connection', 'close');
    received.status = send(response, reply, fault);
  }

  private async readAndReply(request: IncomingMessage, target: Target, received: ReceivedRequest): Promise<Reply> {
    try {
      const bytes = await readBody(request);
      received.wireBytes = bytes.length;
      received.body = await decodeBody(bytes, request.headers['content-encoding']);
    } catch (error) {
      if (!(error instanceof BodyError)) throw error;
      this.log(error.message);
      return json({ error: error.message }, error.status);
    }
    return this.reply(request, target, received);
  }

  private reply(request: IncomingMessage, target: Target, received: ReceivedRequest): Reply {
    switch (target.route) {
      case 'specs':
        return specsReply(this.currentSpecs(target.version), target, request);
      case 'idListIndex':
        return json(this.lists.index(this.url));
      case 'idList':
        return idListReply(this.lists, target, request);
      case 'events':
        return eventsOf(received.body, 0) ? json({ success: true }, 202) : json({ error: 'not a batch of events' }, 400);
      case 'exceptions':
        return json({ success: true });
      case null:
        return this.inspection(request, target);
    }
  }

  private currentSpecs(version: 1 | 2): ServedSpecs {
    return (version === 2 ? this.specs[2] : null) ?? this.file?.current() ?? this.specs[1];
  }

  private inspection(request: IncomingMessage, target: Target): Reply {
    if (target.path === '/_events') {
      if (request.method === 'DELETE') this.journal.clear();
      const events = this.journal.receivedEvents();
      return json({ count: events.length, dropped: this.journal.droppedEvents(), events });
    }
    if (target.path !== '/') return json({ error: 'no such path' }, 404);
    const overview = this.overview();
    if (!String(request.headers.accept ?? '').includes('text/html')) return json(overview);
    return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: htmlPage(overview) };
  }

  private overview(): Overview {
    const events = this.journal.receivedEvents();
    const specs = this.currentSpecs(1);
    return {
      url: this.url,
      specs: { time: specs.time, ...sizesOf(specs.text) },
      idLists: Object.keys(this.lists.index(this.url)),
      events: { received: events.length, dropped: this.journal.droppedEvents(), latest: events.slice(-shownEvents).reverse() },
      requests: countByRoute(this.journal.receivedRequests()),
    };
  }
}

/** Specs by kind in a payload of either format; zeros for a text that is no payload. */
function sizesOf(text: string): { gates: number; configs: number; layers: number } {
  const count = (value: unknown): number => (value !== null && typeof value === 'object' ? Object.keys(value).length : 0);
  try {
    const payload = JSON.parse(text) as Record<string, unknown>;
    return {
      gates: count(payload.feature_gates),
      configs: count(payload.dynamic_configs),
      layers: count(payload.layer_configs),
    };
  } catch {
    return { gates: 0, configs: 0, layers: 0 };
  }
}
