import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { refusal, urlOf } from './access';
import { openDoor } from './door';
import { BodyError, decodeBody, json, readBody, send } from './exchange';
import type { Reply } from './exchange';
import { Faults, waitAsToldBy } from './faults';
import { IdLists } from './id-lists';
import type { Door } from './inspected';
import { inspectionReply } from './inspection';
import type { Inspected } from './inspection';
import { Journal } from './journal';
import { eventsOf, idListReply, specsReply, targetOf } from './routes';
import type { Target } from './routes';
import { SpecOverrides } from './spec-overrides';
import { emptySpecs, serveSpecs, SpecsFile } from './specs-source';
import type { ServedSpecs } from './specs-source';
import type { IdListInput, LocalServerOptions, ReceivedRequest, SpecsInput } from './types';

const defaultHost = '127.0.0.1';

/** One request that is answered. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  target: Target;
  received: ReceivedRequest;
}

/** Everything behind one listening socket. */
export class StatsigCompatibleServer {
  readonly journal: Journal;
  readonly faults = new Faults();
  readonly lists = new IdLists();
  private readonly overrides = new SpecOverrides();
  /** Opened with the first page that somebody looks at. */
  private door: Door | null = null;
  private readonly log: (message: string) => void;
  private readonly closing = new AbortController();
  private readonly server: Server;
  private readonly file: SpecsFile | null;
  private readonly inspected: Inspected;
  private specs: { 1: ServedSpecs; 2: ServedSpecs | null };

  constructor(private readonly options: LocalServerOptions) {
    if (options.specs !== undefined && options.specsFile !== undefined) {
      throw new TypeError('createLocalServer: give specs or specsFile, not both');
    }
    this.log = (message) => {
      try {
        options.log?.(message);
      } catch {
        // A log that fails must not end the server.
      }
    };
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
    for (const [name, members] of Object.entries(options.idLists ?? {}))
      this.lists.set(name, members);
    const listNames = (): string[] => Object.keys(this.lists.index(''));
    this.inspected = {
      url: '',
      journal: this.journal,
      specs: () => this.currentSpecs(1),
      listNames,
    };
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** Resolves with the port once the server listens; rejects when it can't. */
  listen(): Promise<{ url: string; port: number }> {
    const host = this.options.host ?? defaultHost;
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.port ?? 0, host, () => {
        this.server.off('error', reject);
        const { port } = this.server.address() as AddressInfo;
        this.server.on('error', (error) => this.log(String(error)));
        const url = `${urlOf(host)}:${port}`;
        this.inspected.url = url;
        resolve({ url, port });
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
    this.door?.close();
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
    const target = targetOf(request.url ?? '/');
    const refused = this.refusalOf(request, target);
    if (target === null || refused !== null) return this.refuse(response, refused);
    if (isForInspector(request, target.path)) return this.inspect(request, response);
    const received = describe(request, target);
    try {
      await this.answer({ request, response, target, received });
    } catch (error) {
      // Only the connection can fail here: bodies and faults are answered below.
      this.log(`${received.method} ${received.route ?? received.path}: ${String(error)}`);
      response.destroy();
    }
    this.journal.addRequest(received);
  }

  private refusalOf(request: IncomingMessage, target: Target | null): string | null {
    const { host = defaultHost, allowedHosts = [] } = this.options;
    return refusal(request, target?.host ?? '', { host, allowedHosts });
  }

  /** What a browser asks is not what SDKs asked, and so not in the journal. */
  private inspect(request: IncomingMessage, response: ServerResponse): void {
    try {
      const { journal, lists, overrides } = this;
      const { url } = this.inspected;
      const specs = (): ServedSpecs => this.currentSpecs(1);
      this.door ??= openDoor({ url, journal, lists, overrides, specs });
      this.door.handle(request, response);
    } catch (error) {
      this.log(`the inspector failed: ${String(error)}`);
      send(response, json({ error: 'the inspector cannot be shown' }, 500));
    }
  }

  /** Nothing is read, nothing remembered: what a website sends must not push out what arrived. */
  private refuse(response: ServerResponse, why: string | null): void {
    const [message, status] =
      why === null ? ['the request target makes no sense', 400] : [why, 403];
    this.log(`refused: ${message}`);
    response.setHeader('connection', 'close');
    send(response, json({ error: message }, status));
  }

  private async answer({ request, response, target, received }: Exchange): Promise<void> {
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

  private async readAndReply(
    request: IncomingMessage,
    target: Target,
    received: ReceivedRequest,
  ): Promise<Reply> {
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
        // By the name that the client used: it reaches the server by that one, maybe through a
        // forwarded port.
        return json(this.lists.index(`http://${request.headers.host}`));
      case 'idList':
        return idListReply(this.lists, target, request);
      case 'events':
        return eventsOf(received.body, 0)
          ? json({ success: true }, 202)
          : json({ error: 'not a batch of events' }, 400);
      case 'exceptions':
        return json({ success: true });
      case null:
        return inspectionReply(target.path, this.inspected, request);
    }
  }

  private currentSpecs(version: 1 | 2): ServedSpecs {
    const own = version === 2 ? this.specs[2] : null;
    const base = own ?? this.file?.current() ?? this.specs[1];
    return this.overrides.applied(own === null ? 'v1' : 'v2', base);
  }
}

/** The page, what it asks for; programs get an overview as JSON at `/`. */
function isForInspector({ headers }: IncomingMessage, path: string): boolean {
  const isPage = path === '/' && String(headers.accept ?? '').includes('text/html');
  return isPage || path.startsWith('/_inspector/');
}

function describe(
  { method = 'GET', headers }: IncomingMessage,
  { route, path, query }: Target,
): ReceivedRequest {
  const entries = Object.fromEntries(query);
  return {
    route,
    method,
    path,
    query: entries,
    headers,
    body: '',
    wireBytes: 0,
    status: 0,
    receivedAtMs: Date.now(),
  };
}
