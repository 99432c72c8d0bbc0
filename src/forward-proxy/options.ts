import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../host/clock';

/** Where the proxy is, and who we are to it. */
export interface ForwardProxyOptions {
  /** `http://host:port`, or `https://…` for TLS. */
  url: string;
  /** TLS: `ca` for a certificate of one's own, `cert` and `key` for mutual TLS. */
  tls?: Pick<SecureContextOptions, 'ca' | 'cert' | 'key' | 'passphrase'> & {
    /** The name its certificate is for, when that is not the URL's. */
    servername?: string;
  };
  /**
   * A stream that is silent for so long is broken, ms. Default 90,000: the proxy gives a sign of
   * life every 30 s.
   */
  silenceMs?: number;
  /** @internal */
  clock?: Clock;
}
