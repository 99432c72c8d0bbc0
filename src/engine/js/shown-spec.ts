/** What responses for clients tell of a spec beside a result. */
export interface ShownSpec {
  /** undefined when the payload has none. */
  readonly idType: string | null | undefined;
  readonly isActive: boolean;
  readonly hasSharedParams: boolean;
  /** A contextual autotune. */
  readonly isAutotune: boolean;
}

/** Stands in where the payload has no spec: an override of a name that it does not know. */
export const NO_SPEC: ShownSpec = {
  idType: undefined,
  isActive: false,
  hasSharedParams: false,
  isAutotune: false,
};
