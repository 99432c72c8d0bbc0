import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { CustomSpecSource, SpecSourceAsk } from '../updates/spec-order';
import { checkLength, unpacked } from './unpack';

/** Where the file is. */
export interface FileSpecSourceOptions {
  /** Path of the payload, as `statsig-node-native pull` writes it; plain or gzipped. */
  path: string;
}

/**
 * Config specs in a file that others write: shipped with a release, or mounted. It is read at the
 * start and when it has changed since; an unchanged one leaves the turn to the next source.
 * @example specSources: ['network', new FileSpecSource({ path: '/etc/flags/specs.json' })]
 */
export class FileSpecSource implements CustomSpecSource {
  readonly name = 'file';
  /** What each instance has read last. */
  private readonly seen = new WeakMap<SpecSourceAsk, string>();

  constructor(private readonly options: FileSpecSourceOptions) {}

  /** null when it has not changed. Rejects when it cannot be read. */
  async get(ask: SpecSourceAsk): Promise<Uint8Array | null> {
    // Without waiting: what is no file, but a pipe, might never open.
    const file = await open(this.options.path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const state = await file.stat();
      if (!state.isFile()) throw new Error('It is no file');
      const version = `${state.ino} ${state.mtimeMs} ${state.size}`;
      if (this.seen.get(ask) === version) return null;
      checkLength(state.size, ask.maxBytes);
      const specs = await unpacked(await file.readFile(), ask.maxBytes);
      this.seen.set(ask, version);
      return specs;
    } finally {
      await file.close();
    }
  }
}
