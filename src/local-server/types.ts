import type { IncomingHttpHeaders } from 'node:http';

/** The parts of the service that the server answers for. */
export type Route = 'specs' | 'idListIndex' | 'idList' | 'events' | 'exceptions';

/**
 * A project's configuration: the payload as an object, or as the JSON text to serve byte for byte.
 */
export type SpecsInput = Record<string, unknown> | string;

/**
 * Members of an ID list: unit IDs in the clear (hashed by the server), or the list's wire text
 * (`+hash\n…`).
 */
export type IdListInput = readonly string[] | string;

/**
 * Options of `createLocalServer`. Everything is optional: an empty server answers with an empty
 * project.
 */
export interface LocalServerOptions {
  /** Payload of `/v1/download_config_specs`. Excludes `specsFile`. */
  specs?: SpecsInput;
  /** Path of a payload file. It is looked at on every request and served again when it changed. */
  specsFile?: string;
  /** Payload of `/v2/download_config_specs`; without it both versions serve the same. */
  specsV2?: SpecsInput;
  /** ID lists by name. */
  idLists?: Record<string, IdListInput>;
  /**
   * Folder of lists: `NAME.txt` holds one unit ID per line, `NAME.lines` the wire text. Read once,
   * at the start.
   */
  idListsDirectory?: string;
  /** TCP port; 0 (the default) takes a free one. */
  port?: number;
  /** Address to listen on. Default `127.0.0.1`: payloads and users are nobody else's business. */
  host?: string;
  /**
   * Names, besides `localhost` and `host`, that clients reach the server by: `['flags']` in a
   * container network. A request by another name is refused, because a website could let its name
   * resolve to this machine.
   */
  allowedHosts?: readonly string[];
  /** Most events kept; the oldest go first. Default 100,000. */
  maxEvents?: number;
  /** Most requests remembered; the oldest go first. Default 10,000. */
  maxRequests?: number;
  /** Most bytes of request bodies remembered. Default 64 MiB. */
  maxBodyBytes?: number;
  /** Receives one line per reload, bad file and unreadable body. Default: silent. */
  log?: (message: string) => void;
}

/** One request as it arrived. */
export interface ReceivedRequest {
  /** What was asked for; null for anything else. */
  route: Route | null;
  /** `GET`, `POST`, … */
  method: string;
  /** Path without the query. Holds the SDK key for config downloads. */
  path: string;
  /** Parameters of the query; of several with one name the last. */
  query: Record<string, string>;
  /** Headers, names in lower case. */
  headers: IncomingHttpHeaders;
  /** The body, decompressed; '' for GET, and when it was dropped to stay within `maxBodyBytes`. */
  body: string;
  /** Bytes of the body on the wire. */
  wireBytes: number;
  /** Status that was sent; 0 when the connection was dropped or the client went away first. */
  status: number;
  /** When it arrived, ms since 1970. */
  receivedAtMs: number;
}

/** One event of a `log_event` batch. */
export interface ReceivedEvent {
  /** Its name. */
  eventName: string;
  /** The event as it was sent. */
  event: Record<string, unknown>;
  /** `statsigMetadata` of its batch. */
  statsigMetadata: Record<string, unknown>;
  /** When its batch arrived, ms since 1970. */
  receivedAtMs: number;
}

/** What goes wrong, for tests. Fields combine: a fault may wait and then answer 500. */
export interface Fault {
  /** Where. */
  route: Route;
  /** How many requests it hits before it is gone. Default: all. */
  times?: number;
  /** Answers with this status instead of the real answer. */
  status?: number;
  /** Replaces the body (with status 200 unless `status` says otherwise). */
  body?: string;
  /** Adds headers to the answer. */
  headers?: Record<string, string>;
  /** Waits this long (ms) first. */
  delayMs?: number;
  /** Waits for this first, for tests that must not depend on time. */
  until?: Promise<unknown>;
  /** Closes the connection without an answer. */
  drop?: boolean;
  /** Announces the whole body but closes the connection after so many bytes of it. */
  truncateBytes?: number;
}

/** A running server. */
export interface LocalServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What the SDK's `api` option takes: `url` + `/v1`. */
  readonly api: string;
  /** TCP port it listens on. */
  readonly port: number;
  /** Events that arrived, oldest first. A copy. */
  events(): ReceivedEvent[];
  /** Events that were discarded to stay within `maxEvents`. */
  droppedEvents(): number;
  /** Requests that arrived and were answered, oldest first; of one route when given. A copy. */
  requests(route?: Route): ReceivedRequest[];
  /** Forgets events and requests. */
  clear(): void;
  /**
   * Serves another payload from the next request on. An SDK that has this `time` is told "no
   * updates".
   */
  setSpecs(specs: SpecsInput, version?: 1 | 2): void;
  /** Replaces a list, or appends when the new text begins with the old one; null removes it. */
  setIdList(name: string, members: IdListInput | null): void;
  /**
   * Makes requests fail; returns a function that ends it. Faults of a route apply in the order they
   * were added.
   */
  fail(fault: Fault): () => void;
  /**
   * Resolves when `condition` holds; it is asked now and after each answered request. Rejects after
   * `timeoutMs`.
   */
  waitFor(condition: () => boolean, timeoutMs?: number): Promise<void>;
  /**
   * Stops listening, gives answers under way `graceMs` (default 1,000) to finish, then closes their
   * connections.
   */
  close(graceMs?: number): Promise<void>;
}
