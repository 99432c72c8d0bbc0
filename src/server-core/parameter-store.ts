/** A parameter store under the newer SDK's names. */
import type { ParameterStore as Store } from '../api/parameter-store';
import { detailsOf, type SpecsState } from './details';
import type { EvaluationDetails } from './types';

/** A parameter store for one user. A parameter exposes what it comes from when it is read. */
export class ParameterStore {
  readonly #store: Store | null;
  readonly #details: EvaluationDetails;
  readonly #isQuiet: boolean;

  /** @internal @param store null: there is nothing to read */
  constructor(
    /** As it was asked for. */
    public name: string,
    store: Store | null,
    { isQuiet, state }: { isQuiet: boolean; state: SpecsState },
  ) {
    this.#store = store;
    this.#isQuiet = isQuiet;
    this.#details = detailsOf(store?.getEvaluationDetails() ?? null, state);
  }

  /** The parameter if it has the type of the fallback, else the fallback. */
  getValue<T>(paramName: string, fallback?: T): T {
    const value = this.#store?.get<T>(paramName, fallback) ?? fallback ?? null;
    return value as T;
  }

  /** Where the store came from. */
  getEvaluationDetails(): EvaluationDetails {
    const { version: _, ...details } = this.#details;
    return details;
  }

  /** What `JSON.stringify` writes: the parameters as the specs have them. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  toJSON(): Record<string, any> {
    const { reason, lcut, receivedAt, version } = this.#details;
    const { parameters = {} } = (this.#store ?? {}) as { parameters?: object };
    return {
      name: this.name,
      details: { reason, lcut, received_at: receivedAt, version },
      parameters: JSON.parse(JSON.stringify(parameters)) as object,
      options: { disable_exposure_logging: this.#isQuiet },
    };
  }
}
