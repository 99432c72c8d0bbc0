/** Sources of config specs beside the data store, as the newer SDK's options name them. */
import { readFileSync } from 'node:fs';
import { ForwardProxyStream, type ForwardProxyOptions } from '../forward-proxy';
import type { SpecStream } from '../updates/spec-stream';
import type { SpecAdapterConfig } from './types';

/** What adapters say. */
export interface SpecSources {
  specsUrl: string | undefined;
  initTimeoutMs: number | undefined;
  /** A forward proxy's stream. */
  stream: SpecStream | undefined;
  /** What of them means nothing here. */
  unsupported: string[];
}

export function sourcesOf(adapters: readonly SpecAdapterConfig[]): SpecSources {
  const http = adapters.find(({ adapterType }) => adapterType === 'network_http');
  const proxy = adapters.find(({ adapterType }) => adapterType === 'network_grpc_websocket');
  const stream = proxy === undefined ? undefined : streamOf(proxy);
  return {
    specsUrl: http?.specsUrl,
    initTimeoutMs: http?.initTimeoutMs,
    stream,
    unsupported:
      proxy !== undefined && stream === undefined
        ? ['specAdaptersConfig of type network_grpc_websocket without a usable URL or certificate']
        : [],
  };
}

/** Undefined for an address that is none, and for files that cannot be read. */
function streamOf(proxy: SpecAdapterConfig): SpecStream | undefined {
  try {
    return new ForwardProxyStream({ url: proxy.specsUrl ?? '', tls: tlsOf(proxy) });
  } catch {
    return undefined;
  }
}

/** @throws Error for a file that cannot be read */
function tlsOf(proxy: SpecAdapterConfig): ForwardProxyOptions['tls'] {
  const { authenticationMode: mode, domainName } = proxy;
  if (mode !== 'tls' && mode !== 'mtls') return undefined;
  const read = (path: string | undefined) => (path == null ? undefined : readFileSync(path));
  return {
    ca: read(proxy.caCertPath),
    ...(mode === 'mtls'
      ? { cert: read(proxy.clientCertPath), key: read(proxy.clientKeyPath) }
      : {}),
    ...(domainName == null ? {} : { servername: domainName }),
  };
}
