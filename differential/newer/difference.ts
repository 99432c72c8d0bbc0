/** What is told of one that was found. */
import type { JsonObject } from '../case';
import type { Line } from '../exposure-lines';
import type { Construct, GateFacts, SpecFacts } from './facts';
import type { Kind, Said } from './sides';

/** One field that differs. */
export interface Difference {
  /** `exposures`: which ones there are, or their order. */
  of: 'answer' | 'store' | 'exposure' | 'exposures' | 'response';
  /** Which user. */
  where: string;
  /** As what and by which name it was asked for, or is exposed. */
  kind: Kind;
  name: string;
  field: string;
  theirs: unknown;
  ours: unknown;
  /** What was answered, where that is known. */
  said: { theirs: Said | undefined; ours: Said | undefined };
  /** The exposure that differs, on both sides. */
  lines?: { theirs: Line | undefined; ours: Line | undefined };
  /** What a response has of the name, on both sides. */
  entries?: { theirs: JsonObject | undefined; ours: JsonObject | undefined };
  /** Of a response: the spec, and what may stand in for it or be handed over to. */
  specs?: readonly SpecFacts[];
  reach: ReadonlySet<Construct>;
  /** Of the project. */
  gates: GateFacts;
}
