/** Node as the SDK's host. */
import { createHash, randomUUID } from 'node:crypto';
import { selectEngine } from './engine/select';
import { gzipNode } from './events/gzip-node';
import { openSpool } from './events/spool-node';
import { readIpTable } from './lookup-node';
import { nodeTransport } from './network/node-transport';
import type { Platform } from './platform';

export const nodePlatform: Platform = {
  hasBackground: true,
  languageVersion: process.version.replace(/^v/, ''),
  get forcedEngine() {
    return process.env['STATSIG_ENGINE'];
  },
  randomUUID,
  sha256Base64: (text) => createHash('sha256').update(text).digest('base64'),
  selectEngine: (forced) => selectEngine(forced),
  transport: nodeTransport,
  compress: gzipNode,
  openSpool,
  readIpTable,
};
