import { SpecKind } from '../engine';
import { Result } from './outcome';
import { Spec } from './store';

/** What a spec index stands for. */
export interface Target {
  readonly kind: SpecKind;
  readonly name: string;
  readonly spec: Spec | null;
  /** The answer while no specs serve, made when first needed. */
  uninitialized: Result | null;
}
