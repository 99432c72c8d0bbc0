/** What the handler answers. */
export type { FlagKind, FlagLine, FlagPage, RuleInWords } from '../catalog';
export type { FlagChange, PayloadChange } from '../changes';
export type { ShownEvent } from '../feed';
import type { FlagLine } from '../catalog';
import type { Checked } from '../../project/checked';
import type { Health } from '../../runtime/health';
import type { Explanation } from '../../explain/types';

export interface Status {
  title: string;
  api: string | null;
  isReadOnly: boolean;
  health: Health;
  engine: { engine: string; version: string; rejected: { kind: string; reason: string }[] };
  now: number;
}

/** The list of flags, and which edition of it that is. */
export interface FlagList {
  edition: number;
  flags: FlagLine[];
}

export interface Explained {
  answer: Omit<Checked, 'kind'> & { kind: string };
  explanation: Explanation;
}

export type User = Record<string, unknown>;
