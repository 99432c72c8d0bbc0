/** The option `http`: how one instance connects, whatever the process says. */
import { textOf } from '../host/host';
import { describe, type OptionReader } from './option-reader';

/** The option in force. */
export interface ResolvedHttp {
  /** '' for none, null for those of the environment. */
  readonly proxy: string | null;
  readonly ca: readonly (string | Uint8Array)[];
  readonly headers: Readonly<Record<string, string>>;
  readonly httpAgent: object | null;
  readonly httpsAgent: object | null;
}

const FIELDS = ['proxy', 'ca', 'headers', 'agent'];
const MOST_HEADERS = 100;
/** Headers that the SDK or HTTP itself answers for. */
const TAKEN = new RegExp(
  '^(statsig-.*|x-request-service|content-(type|encoding|length)|accept-encoding|range|' +
    'if-none-match|host|connection|proxy-.*|transfer-encoding|te|trailer|upgrade|expect|' +
    'keep-alive)$',
);

export function httpOptions(reader: OptionReader): ResolvedHttp {
  const given = reader.raw('http');
  const isObject = typeof given === 'object' && given !== null;
  if (given != null && !isObject) reader.warn('http', 'an object', describe(given));
  if (isObject) reader.tellOthers('http', given, FIELDS);
  const { proxy, ca, headers, agent } = reader.fields(given, FIELDS);
  const { http, https } = reader.fields(agent, ['http', 'https']);
  if (agent != null && typeof agent !== 'object')
    reader.warn('http.agent', '{ http, https }', describe(agent));
  return {
    proxy: proxyOf(reader, proxy),
    ca: certificates(reader, ca),
    headers: ownHeaders(reader, headers),
    httpAgent: agentOf(reader, 'http.agent.http', http),
    httpsAgent: agentOf(reader, 'http.agent.https', https),
  };
}

function proxyOf(reader: OptionReader, given: unknown): string | null {
  if (given == null) return null;
  if (given === false) return '';
  if (typeof given === 'string' && /^https?:\/\/[^/]/i.test(given)) return given;
  // Without the value, which may hold a password.
  reader.warn('http.proxy', 'an http or https URL, or false', describe(given));
  return null;
}

function certificates(reader: OptionReader, given: unknown): (string | Uint8Array)[] {
  if (given == null) return [];
  const list: unknown[] = Array.isArray(given) ? given : [given];
  const texts = list.filter(isPem);
  // Most likely a path.
  if (texts.length < list.length)
    reader.warn('http.ca', 'PEM text (-----BEGIN CERTIFICATE-----) or its bytes', describe(given));
  return texts;
}

function isPem(value: unknown): value is string | Uint8Array {
  if (typeof value !== 'string' && !(value instanceof Uint8Array)) return false;
  return (typeof value === 'string' ? value : textOf(value)).includes('-----BEGIN ');
}

function ownHeaders(reader: OptionReader, given: unknown): Record<string, string> {
  if (given == null) return {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    reader.warn('http.headers', 'an object of texts', describe(given));
    return {};
  }
  const kept: Record<string, string> = {};
  for (const name of Object.keys(given).slice(0, MOST_HEADERS)) {
    const value = reader.fields(given, [name])[name];
    if (isSendable(name, value)) kept[name] = value;
    else
      reader.warnings.push(
        `statsigSDK> The header ${JSON.stringify(name.slice(0, 80))} of the option http cannot ` +
          'be sent; it is left out.',
      );
  }
  return kept;
}

function isSendable(name: string, value: unknown): value is string {
  const isName = /^[-!#$%&'*+.^_`|~0-9a-z]+$/i.test(name) && !TAKEN.test(name.toLowerCase());
  return isName && typeof value === 'string' && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function agentOf(reader: OptionReader, name: string, given: unknown): object | null {
  if (given == null) return null;
  const { addRequest } = reader.fields(given, ['addRequest']);
  if (typeof addRequest === 'function') return given as object;
  reader.warn(name, 'an Agent', describe(given));
  return null;
}
