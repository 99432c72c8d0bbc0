/** What the inspector and a server know of each other. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IdLists } from './id-lists';
import type { Journal } from './journal';
import type { SpecOverrides } from './spec-overrides';
import type { ServedSpecs } from './specs-source';

/** What the inspector sees of a server. */
export interface Inspected {
  /** Where it is reached: `http://127.0.0.1:PORT`. */
  url: string;
  journal: Journal;
  lists: IdLists;
  overrides: SpecOverrides;
  /** The payload that is served. */
  specs(): ServedSpecs;
}

/** A page, and what it asks for. */
export interface Door {
  handle(request: IncomingMessage, response: ServerResponse): void;
  close(): void;
}
