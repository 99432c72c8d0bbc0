import { URL } from 'node:url';
import { NetworkError } from './network-error';

/** Where requests go instead of their host. */
export interface Proxy {
  host: string;
  port: number;
  /** TLS on the way to the proxy itself. */
  isSecure: boolean;
  /** Value of `Proxy-Authorization`. */
  authorization: string | null;
}

const PORTS: Record<string, number> = { 'http:': 80, 'https:': 443 };

/**
 * The proxy that a URL names, null for ''. @throws NetworkError without the URL, which may hold a
 * password
 */
export function readProxy(text: string): Proxy | null {
  if (text === '') return null;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new NetworkError('network', 'What names the proxy is no URL');
  }
  const { protocol, hostname, port, username, password } = url;
  const usual = PORTS[protocol];
  if (usual === undefined)
    throw new NetworkError('network', `Proxies of type ${protocol} are not supported`);
  const hasCredentials = username !== '' || password !== '';
  const credentials = Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? usual : Number(port),
    isSecure: protocol === 'https:',
    authorization: hasCredentials ? `Basic ${credentials.toString('base64')}` : null,
  };
}

/** The proxy that a URL names, as messages may name it; null for none. Never throws. */
export function proxyName(text: string): string | null {
  try {
    const proxy = readProxy(text);
    if (proxy === null) return null;
    const { host, port, isSecure } = proxy;
    return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  } catch {
    return null;
  }
}

/** Sequences that stand for no text stay as they are: a password may hold a percent sign. */
function percentDecoded(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (sequence) => {
    try {
      return decodeURIComponent(sequence);
    } catch {
      return sequence;
    }
  });
}
