/**
 * Asks a service as the SDK does: through the proxies that the environment names, and with the key
 * for the host that was meant alone. What goes wrong is said with the address, without the key.
 */
import { nodeTransport } from '../network/node-transport';
import { followRedirects } from '../network/redirects';
import { UsageError } from './command';

/**
 * Name of the variable that holds the secret key; a key on a command line would stand in the
 * history of shells.
 */
export const KEY_VARIABLE = 'STATSIG_SECRET_KEY';

const LONGEST_MS = 30_000;
const LARGEST = 512 * 1024 * 1024;
/** Local servers and proxies take any key that looks like one. */
const ANY_KEY = 'secret-local';

/** What came back. */
export interface Answered {
  status: number;
  header(name: string): string | null;
  text: string;
  /** When it was asked, and how long that took, ms. */
  askedAt: number;
  tookMs: number;
  /** The address, without the key. */
  where: string;
}

/** Asks for a payload below a base address, with or without `/v1`, or at an address of its own. */
export function askForPayload(base: string): Promise<Answered> {
  const key = process.env[KEY_VARIABLE] || ANY_KEY;
  const { pathname } = addressOf(base);
  const url = pathname.includes('download_config_specs')
    ? base
    : `${base.replace(/\/(v1\/?)?$/, '')}/v1/download_config_specs/${encodeURIComponent(key)}.json`;
  return ask(url, key);
}

async function ask(url: string, key: string): Promise<Answered> {
  const where = withoutKey(addressOf(url));
  const transport = followRedirects(nodeTransport(), key);
  const signal = AbortSignal.timeout(LONGEST_MS);
  const askedAt = Date.now();
  try {
    const { status, header, body } = await transport({
      method: 'GET',
      url,
      headers: {},
      isUpload: false,
      maxBytes: LARGEST,
      signal,
      onProgress: () => undefined,
    });
    const text = new TextDecoder().decode(body);
    return { status, header, text, askedAt, tookMs: Date.now() - askedAt, where };
  } catch (error) {
    const cause = signal.aborted ? `no answer within ${LONGEST_MS / 1000} s` : causeOf(error);
    throw new Error(`${where} cannot be reached: ${cause.replaceAll(key, '…')}`);
  } finally {
    transport.close?.();
  }
}

/** What is wrong with an answer that should be a payload; null for nothing. */
export function problemWith({ status, header, text, where }: Answered): string | null {
  if (status === 401 || status === 403) return `${where} answered ${status}: ${keyProblem()}`;
  if (status === 404) return `${where} answered 404: there is no payload`;
  if (status < 200 || status >= 300) return `${where} answered ${status}`;
  const type = header('content-type') ?? '';
  if (!/html/i.test(type) && !/^\s*</.test(text)) return null;
  const title = /<title[^>]*>\s*([^<]{1,60})/i.exec(text)?.[1]?.trim();
  const titled = title === undefined ? '' : ` ("${title}")`;
  return (
    `${where} answered with a web page${titled} instead of JSON: ` +
    'does this network want a login, or is a proxy in between?'
  );
}

function keyProblem(): string {
  const key = process.env[KEY_VARIABLE];
  if (!key) return `it wants a key, and ${KEY_VARIABLE} is not set`;
  return key.startsWith('secret-')
    ? `it does not take the key in ${KEY_VARIABLE}; is that the project's secret key?`
    : `it does not take the key in ${KEY_VARIABLE}; secret keys begin with secret-`;
}

/** @throws UsageError */
function addressOf(url: string): URL {
  try {
    return new URL(url);
  } catch {
    throw new UsageError(`${url} is no URL`);
  }
}

/** Without the key in the path, a password or a query. */
function withoutKey({ origin, pathname }: URL): string {
  return origin + pathname.replace(/(download_config_specs\/)[^/]+?(\.json)?$/, '$1…$2');
}

/** Node's words for it; of several addresses that were tried, only the code is known. */
function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const [code, ...rest] = message.split(': ');
  const words = rest.join(': ');
  return code !== undefined && words.includes(code) ? words : message;
}
