import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server } from '../api/server';
import { placeRefusal, tokenRefusal } from './access';
import { appSubject } from './app-subject';
import { refusalOf, respond, type Behind } from './handler';
import { Inspector } from './inspector';
import { resolveOptions, type InspectorOptions, type ResolvedInspectorOptions } from './options';
import { answer, json } from './respond';

/** A handler for Node's `http`, Express and the like. */
export interface InspectorHandler {
  (request: IncomingMessage, response: ServerResponse): void;
  /** Ends the streams of pages that are open, and listens to the instance no longer. */
  close(): void;
}

/** An instance, or the shared one: `Statsig`. */
export type InspectedStatsig =
  | Server
  | {
      /** Tells the default export from anything else. */
      readonly StatsigServer: unknown;
    }
  | Shared;

/** What `Statsig` has and does not show. */
interface Shared {
  /** @internal */
  _enforceServer(): Server;
}

/**
 * A page that shows an instance, read-only: flags and their rules, what a user gets and why, events
 * as they are sent, changes of the payload, health. Off unless it is given a token; answers this
 * machine only unless it is told otherwise. Never throws.
 * @example app.use('/_statsig', createInspector(Statsig, { token: process.env.INSPECTOR_TOKEN }));
 */
export function createInspector(
  statsig: InspectedStatsig,
  options?: InspectorOptions,
): InspectorHandler {
  const rules = resolveOptions(options);
  const inspector = rules.token === null ? null : new Inspector(appSubject(serverOf(statsig)));
  const handler = (request: IncomingMessage, response: ServerResponse): void => {
    if (inspector === null) answerOff(request, response);
    else void handle(inspector, rules, request, response);
  };
  return Object.assign(handler, { close: () => inspector?.close() });
}

/** Asked anew each time: the shared instance may be made later, and again after a shutdown. */
function serverOf(statsig: InspectedStatsig): () => Server {
  return () => ('_enforceServer' in statsig ? statsig._enforceServer() : (statsig as Server));
}

function answerOff(request: IncomingMessage, response: ServerResponse): void {
  try {
    answer(request, response, json({ error: 'not found' }, 404));
  } catch {
    response.destroy();
  }
}

async function handle(
  inspector: Inspector,
  rules: ResolvedInspectorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const refused = placeRefusal(request, rules);
    if (refused !== null) return answer(request, response, refusalOf(refused));
    const { path, query } = pathOf(request, rules.basePath);
    if (path === '') return answer(request, response, towards(request));
    const behind: Behind = {
      title: inspector.title,
      refuse: () => tokenRefusal(request, rules.token ?? ''),
      inspector: () => inspector,
    };
    await respond(behind, { request, response, path, query });
  } catch {
    response.destroy();
  }
}

/** Below the mount point: frameworks cut that off, others are told by `basePath`. */
function pathOf(request: IncomingMessage, base: string): { path: string; query: URLSearchParams } {
  const { originalUrl } = request as { originalUrl?: string };
  const { pathname, searchParams } = new URL(`http://localhost${request.url ?? '/'}`);
  const cut = pathname === base || pathname.startsWith(`${base}/`) ? base.length : 0;
  const path = pathname.slice(cut);
  const whole = (originalUrl ?? request.url ?? '/').replace(/\?.*/, '');
  // Links of the page are relative, so it must be asked for with a slash at the end.
  return { path: path === '/' && !whole.endsWith('/') ? '' : path, query: searchParams };
}

function towards(request: IncomingMessage): ReturnType<typeof json> {
  const { originalUrl } = request as { originalUrl?: string };
  const last = (originalUrl ?? request.url ?? '').replace(/\?.*/, '').split('/').pop() ?? '';
  return { status: 302, headers: { location: `./${last}/` }, body: '{}' };
}
