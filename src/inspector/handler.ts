/** From requests to answers. Nothing that a request or an instance does gets out of here. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Refusal } from './access';
import { assetFor, SCRIPT } from './assets';
import type { Inspector } from './inspector';
import { answer, json, RequestError, type Answer } from './respond';

const PREFIX = '/_inspector/';
const BODY_LIMIT = 256 * 1024;

type Json = Record<string, unknown>;

/** One question: its method and what answers it. */
type Route = [method: 'GET' | 'POST', run: (ask: Ask) => Promise<Answer> | Answer];

interface Ask {
  inspector: Inspector;
  query: URLSearchParams;
  body: Json;
}

const ROUTES: Record<string, Route> = {
  status: ['GET', async ({ inspector }) => json(await inspector.status())],
  flags: ['GET', ({ inspector }) => ({ body: inspector.flags() })],
  flag: [
    'GET',
    ({ inspector, query }) =>
      json(inspector.flag(query.get('kind') ?? '', query.get('name') ?? '')),
  ],
  users: ['GET', ({ inspector }) => json(inspector.users())],
  changes: ['GET', ({ inspector }) => json(inspector.changed())],
  explain: ['POST', async ({ inspector, body }) => json(await inspector.explain(body))],
  client: ['POST', async ({ inspector, body }) => ({ body: await inspector.clientResponse(body) })],
  override: ['POST', ({ inspector, body }) => json(inspector.override(body))],
  clear: ['POST', ({ inspector }) => json(inspector.clear())],
};

/** What is asked for: `path` begins with a slash, `''` is the mount point without one. */
export interface Asked {
  request: IncomingMessage;
  response: ServerResponse;
  path: string;
  query: URLSearchParams;
}

/** Whether a path is one of the inspector's. */
export const isInspected = (path: string): boolean => path === '/' || path.startsWith(PREFIX);

/** What is behind the page. */
export interface Behind {
  /** What the page is headed with. */
  title: string;
  /** Why data may not be given out; the page itself is the same for all. */
  refuse(): Refusal | null;
  /** Asked for when something is: the page is there before what it takes to answer is loaded. */
  inspector(): Inspector;
}

/** Answers. Never rejects. */
export async function respond(behind: Behind, asked: Asked): Promise<void> {
  const { request, response } = asked;
  try {
    const given = await answerTo(behind, asked);
    if (given !== null) answer(request, response, given);
    if (asked.path === SCRIPT && behind.refuse() === null) prepareSoon(behind);
  } catch (error) {
    try {
      answer(request, response, failure(error));
    } catch {
      response.destroy();
    }
  }
}

/** What the page asks for next is made while the browser is busy with the script. */
function prepareSoon({ inspector }: Behind): void {
  setImmediate(() => {
    try {
      inspector().flags();
    } catch {
      // Whoever asks is told.
    }
  });
}

/** Null: it is being answered. */
async function answerTo(behind: Behind, asked: Asked): Promise<Answer | null> {
  const { request, response, path, query } = asked;
  const { method = 'GET' } = request;
  const asset = assetFor(path, behind.title);
  if (asset !== null)
    return method === 'GET' || method === 'HEAD' ? asset : notAllowed('GET, HEAD');
  if (!path.startsWith(`${PREFIX}api/`)) return json({ error: 'no such path' }, 404);
  const refused = behind.refuse();
  if (refused !== null) return refusalOf(refused);
  const name = path.slice(`${PREFIX}api/`.length);
  if (name === 'stream') {
    if (method !== 'GET') return notAllowed('GET');
    behind.inspector().stream(request, response);
    return null;
  }
  const route = Object.hasOwn(ROUTES, name) ? ROUTES[name] : undefined;
  if (route === undefined) return json({ error: 'no such path' }, 404);
  if (route[0] !== method) return notAllowed(route[0]);
  const body = method === 'POST' ? await bodyOf(request) : {};
  return route[1]({ inspector: behind.inspector(), query, body });
}

/** A body that a framework has read already is taken from there. */
async function bodyOf(request: IncomingMessage): Promise<Json> {
  // Another site's form can send any text, but not this type without being asked first.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? ''))
    throw new RequestError(415, 'the body is application/json');
  const { body: parsed } = request as { body?: unknown };
  const value = parsed !== undefined && request.readableEnded ? parsed : await readJson(request);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new RequestError(400, 'the body is a JSON object');
  return value as Json;
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new RequestError(413, `a body of at most ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new RequestError(400, 'the body is no JSON');
  }
}

const notAllowed = (allow: string): Answer => ({
  ...json({ error: `only ${allow}` }, 405),
  headers: { allow },
});

export function refusalOf({ status, message }: Refusal): Answer {
  const headers = status === 401 ? { 'www-authenticate': 'Bearer' } : undefined;
  return { ...json({ error: message }, status), headers };
}

/** Of what nobody expected only that it was: its text may hold anything. */
function failure(error: unknown): Answer {
  if (error instanceof RequestError) return json({ error: error.message }, error.status);
  const { isInvalidCall } = require('./thrown') as typeof import('./thrown');
  if (isInvalidCall(error)) return json({ error: error.message }, 400);
  return json({ error: 'that could not be answered' }, 500);
}
