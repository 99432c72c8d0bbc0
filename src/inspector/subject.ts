/** What an inspector shows: an instance of an application, or a local server. */
import type { Server } from '../api/server';
import type { Feed } from './feed';

/** A value that was set by hand. */
export interface Override {
  kind: 'gate' | 'config' | 'layer';
  name: string;
  value: unknown;
  /** For this user alone; null for everybody. */
  userID: string | null;
}

/** Values that can be set by hand. */
export interface Overriding {
  list(): Override[];
  /** @throws RangeError when there are too many */
  set(override: Override): void;
  remove(override: Pick<Override, 'kind' | 'name' | 'userID'>): boolean;
}

/** Names of ID lists and their wire text. */
export type ListTexts = ReadonlyMap<string, string>;

/** See the head of this file. */
export interface Subject {
  /** What the page is headed with. */
  title: string;
  /** SDK option by which other processes reach it; null for an application. */
  api: string | null;
  feed: Feed;
  /** Null: nothing can be changed. */
  overrides: Overriding | null;
  /** Another object whenever the payload or what else answers depends on is another. Cheap. */
  revision(): unknown;
  /** The payload of that revision; null while there is none. May throw while nothing is there. */
  payload(): string | null;
  /** What answers from it. */
  current(): Promise<Server>;
  /** Lists that scratch instances may know; none of an application. */
  lists(): ListTexts;
  /** Nobody looks any more. */
  idle(): void;
  /** Nothing will come any more. */
  isOver(): boolean;
}
