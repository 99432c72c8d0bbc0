/** What comes instead of specs, how it is measured, and who inflates. */
import test from 'ava';
import { NetworkError } from '../../src/network/network-error';
import type { TransportResponse } from '../../src/network/transport';
import type { Diagnostics } from '../../src/observability/diagnostics';
import { SafeLogger } from '../../src/observability/logger';
import { measureRequest } from '../../src/updates/measure';
import { PackedSpecs } from '../../src/updates/packed-specs';
import { inflate, type SpecInflater } from '../../src/updates/spec-inflater';
import { unusable } from '../../src/updates/unusable-answer';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function response(more: Partial<TransportResponse> & { type?: string } = {}): TransportResponse {
  const { type, ...rest } = more;
  const header = (name: string): string | null => (name === 'content-type' ? (type ?? null) : null);
  return { status: 200, ok: true, header, body: bytes(''), ...rest };
}

const told = (body: string, more: Parameters<typeof response>[0] = {}): string | undefined =>
  unusable('specs', bytes(body), response(more))?.message;

test('a page is told by its first sign, after blanks and marks of a kilobyte', (t) => {
  const page = 'answered with a page (text/html) instead of specs, from the network';
  for (const body of ['<', '<!doctype html>', ' \t\r\n\ufeff<html>', `${' '.repeat(1024)}<`])
    t.is(told(body), page, JSON.stringify(body.slice(0, 20)));
  for (const body of ['', '{"a":"<"}', 'x<', `${' '.repeat(1025)}<`, ' '])
    t.is(told(body), undefined, JSON.stringify(body.slice(0, 20)));
});

test('a page is named by its type, if that is one, and by where it came from', (t) => {
  const typeOf = (type: string): string | undefined =>
    /page \((.*)\)/.exec(told('<', { type })!)?.[1];
  t.is(typeOf('application/xhtml+xml; charset=utf-8'), 'application/xhtml+xml');
  t.is(typeOf(' text/xml'), 'text/xml');
  for (const odd of ['', 'text', 'text/html or so', `${'x'.repeat(41)}/y`, `x/${'y'.repeat(61)}`])
    t.is(typeOf(odd), 'text/html', odd);
  t.regex(told('<', { from: () => 'http://proxy' })!, /, from http:\/\/proxy$/);
});

test('of anything else the error is what it was', (t) => {
  const error = new Error('x');
  t.is(unusable('specs', bytes('{'), response(), error), error);
});

const SECRET = 'secret-9';

/** The markers of a request that ends so. */
async function measured(run: () => Promise<TransportResponse>): Promise<unknown[]> {
  const markers: unknown[] = [];
  const mark =
    (action: string) =>
    (...args: unknown[]): void =>
      void markers.push([action, ...args]);
  const diagnostics = { start: mark('start'), end: mark('end') } as unknown as Diagnostics;
  const silent = { warn() {}, error() {}, logLevel: 'none' as const };
  const logger = new SafeLogger(silent, [SECRET]);
  const key = 'download_config_specs';
  await measureRequest({ diagnostics, logger, key, run, response: (given) => given }).catch(
    (error: unknown) => markers.push(error),
  );
  const step = [key, 'network_request'];
  const [start, end, ...rest] = markers as unknown[][];
  return start?.join() === ['start', ...step].join() &&
    end?.slice(0, 3).join() === ['end', ...step].join()
    ? [end[3], ...rest]
    : markers;
}

test('an answer is measured by its status and its region', async (t) => {
  const region = (name: string): string | null => (name === 'x-statsig-region' ? 'eu' : null);
  const answers = (more: Partial<TransportResponse>) => measured(async () => response(more));
  t.deepEqual(await answers({ header: region }), [
    { statusCode: 200, success: true, sdkRegion: 'eu' },
  ]);
  t.deepEqual(await answers({}), [{ statusCode: 200, success: true, sdkRegion: null }]);
  t.deepEqual(await answers({ hasNoHeaders: true }), [{ statusCode: 200, success: true }]);
  t.like((await answers({ ok: false, status: 304 }))[0], { statusCode: 304, success: true });
  t.like((await answers({ ok: false, status: 500 }))[0], { statusCode: 500, success: false });
});

test('a failure is measured by what it was, without secrets, and thrown on', async (t) => {
  const fails = (error: unknown) => measured(() => Promise.reject(error));
  const refused = new NetworkError('status', `of ${SECRET}`, 503);
  refused.region = 'eu';
  t.deepEqual(await fails(refused), [
    {
      statusCode: 503,
      success: false,
      sdkRegion: 'eu',
      error: { name: 'Error', message: 'of ******' },
    },
    refused,
  ]);
  const down = new NetworkError('network', 'x');
  t.deepEqual(await fails(down), [{ success: false }, down]);
  down.thrown = { code: 'ECONNRESET', message: SECRET };
  t.deepEqual((await fails(down))[0], {
    success: false,
    error: { code: 'ECONNRESET', message: '******' },
  });
  t.deepEqual((await fails({ code: 5 }))[0], { success: false, error: { code: 5 } });
  t.deepEqual((await fails('text'))[0], { success: false });
});

test('specs are inflated by the engine that is able, if they are not in force', async (t) => {
  const asked: string[] = [];
  const packed = { encoding: 'gzip', plain: async () => bytes('plain') } as never;
  const inflater = (isInForce: boolean, inflates: boolean): SpecInflater => ({
    isAble: () => true,
    isInForce: async () => (asked.push('in force?'), isInForce),
    inflate: async () => (asked.push('inflate'), inflates),
  });
  const body = bytes('packed');
  const given = response({ body, packed });
  t.is(await inflate(response({ body }), inflater(true, true)), body);
  t.is(await inflate(given, undefined), body);
  t.deepEqual(asked, []);
  t.true((await inflate(given, inflater(true, false))) instanceof PackedSpecs);
  t.deepEqual(asked.splice(0), ['in force?']);
  t.true((await inflate(given, inflater(false, true))) instanceof PackedSpecs);
  t.deepEqual(asked.splice(0), ['in force?', 'inflate']);
  t.deepEqual((await inflate(given, inflater(false, false))) as Uint8Array, bytes('plain'));
});
