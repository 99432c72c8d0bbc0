import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { IdListInput } from './types';

/** A list as the index announces it and as its download serves it. */
export interface ServedIdList {
  name: string;
  fileID: string;
  creationTime: number;
  bytes: Buffer;
}

/** Wire form of a member: the first 8 characters of base64(SHA-256(unit ID)). */
export function hashUnitId(unitId: string): string {
  return createHash('sha256').update(unitId).digest('base64').slice(0, 8);
}

function wireText(members: IdListInput): string {
  return typeof members === 'string'
    ? members
    : members.map((id) => `+${hashUnitId(id)}\n`).join('');
}

/** The lists of a project. Files only grow; anything else is a new file, as on the real service. */
export class IdLists {
  private readonly lists = new Map<string, ServedIdList>();
  private files = 0;
  /** Counts changes. */
  version = 0;

  set(name: string, members: IdListInput | null): void {
    this.version += 1;
    if (members === null) {
      this.lists.delete(name);
      return;
    }
    const bytes = Buffer.from(wireText(members));
    const known = this.lists.get(name);
    if (known && bytes.subarray(0, known.bytes.length).equals(known.bytes)) {
      known.bytes = bytes;
      return;
    }
    this.files += 1;
    this.lists.set(name, { name, fileID: `file_${this.files}`, creationTime: this.files, bytes });
  }

  /** Adds every `*.txt` and `*.lines` file of a folder. Throws when the folder can't be read. */
  addDirectory(directory: string): void {
    for (const file of readdirSync(directory).sort()) {
      const match = /^(.+)\.(txt|lines)$/.exec(file);
      if (!match?.[1]) continue;
      const text = readFileSync(join(directory, file), 'utf8');
      const isWire = match[2] === 'lines';
      this.set(match[1], isWire ? text : text.split(/\r?\n/).filter((line) => line !== ''));
    }
  }

  /** Body of `get_id_lists`. */
  index(baseUrl: string): Record<string, unknown> {
    const entries = [...this.lists.values()].map((list) => [
      list.name,
      {
        name: list.name,
        size: list.bytes.length,
        url: `${baseUrl}/id_lists/${list.fileID}`,
        fileID: list.fileID,
        creationTime: list.creationTime,
      },
    ]);
    return Object.fromEntries(entries);
  }

  /** Wire texts by name. */
  texts(): Map<string, string> {
    return new Map([...this.lists.values()].map(({ name, bytes }) => [name, bytes.toString()]));
  }

  byFile(fileID: string): ServedIdList | undefined {
    return [...this.lists.values()].find((list) => list.fileID === fileID);
  }
}

/**
 * First byte asked for by a `Range: bytes=N-` header; 0 without one, null when it asks for
 * something else.
 */
export function rangeStart(header: string | undefined): number | null {
  if (header === undefined) return 0;
  const match = /^bytes=(\d+)-$/.exec(header.trim());
  return match ? Number(match[1]) : null;
}
