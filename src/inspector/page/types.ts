/** What the handler answers. */
export type { FlagKind, FlagLine, FlagPage, RuleInWords } from '../catalog';
export type { FlagChange, PayloadChange } from '../changes';
export type { ShownEvent } from '../feed';
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

export interface Explained {
  answer: Omit<Checked, 'kind'> & { kind: string };
  explanation: Explanation;
}

export type User = Record<string, unknown>;
