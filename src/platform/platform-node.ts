/** Node as the SDK's host. */
import { createHash, randomUUID } from 'node:crypto';
import { types } from 'node:util';
import type { UapReader } from '../engine/uap-reader';
import { nodeHost } from '../engine/node-host';
import { makeReplacement, selectEngine, sharedDownloads, uapReaderOf } from '../engine/select';
import { gunzipNode, gzipNode, gzipNow } from '../events/gzip-node';
import { watchProcess } from '../exit/process-end';
import { systemClock } from '../host/clock';
import { useHost } from '../host/host';
import { nodeChannels } from './channels-node';
import { readIpTable } from './lookup-node';
import { nodeTransport, packedBody } from '../network/node-transport';
import { sharedTransport } from '../network/shared-transport';
import type { Connecting, Transport } from '../network/transport';
import type { Platform } from './platform';

useHost(nodeHost);

export const nodePlatform: Platform = {
  hasBackground: true,
  channels: nodeChannels,
  languageVersion: process.version.replace(/^v/, ''),
  get forcedEngine() {
    return forcedByEnvironment();
  },
  isProxy: types.isProxy,
  randomUUID,
  sha256Base64: (text) => createHash('sha256').update(text).digest('base64'),
  selectEngine: (forced) => selectEngine(forced),
  makeReplacement,
  uapReader: (kind) => uapReaderOf(kind) ?? ownUapReader(),
  transport,
  compress: gzipNode,
  compressNow: gzipNow,
  decompress: gunzipNode,
  openSpool: (directory, request) => spools().openSpool(directory, request),
  watchEnd: watchProcess,
  readIpTable,
};

/** Without the native binary there is nothing that threads have in common. */
function transport(connecting: Connecting): Transport {
  const own = nodeTransport(connecting);
  const downloads = connecting.sharesDownloads === true ? sharedDownloads() : null;
  return downloads === null ? own : sharedTransport(own, downloads, packedBody, systemClock);
}

/** Spools are a file of their own, for few instances have one. */
function spools(): typeof import('../events/spool/open') {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
  // synchronously
  return require('../events/spool/open');
}

function ownUapReader(): UapReader {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
  // synchronously
  return (require('../users/uap-agent') as typeof import('../users/uap-agent')).uapReader;
}

/** Deno throws for a variable that it may not show (`--allow-env`); to us that one is not set. */
function forcedByEnvironment(): string | undefined {
  try {
    return process.env['STATSIG_ENGINE'];
  } catch {
    return undefined;
  }
}
