import type { ProviderEvent } from './shapes';

/** Takes the details of one event, whatever OpenFeature's types say of them. */
type Handler = (details?: never) => unknown;
/** As it is kept: it is called with details that fit. */
type Listener = (details?: unknown) => unknown;

/** The emitter that OpenFeature's SDK listens to. */
export class Emitter {
  private readonly handlers = new Map<string, Listener[]>();

  addHandler(event: string, handler: Handler): void {
    this.handlers.set(event, [...this.getHandlers(event), handler as Listener]);
  }

  removeHandler(event: string, handler: Handler): void {
    this.handlers.set(
      event,
      this.getHandlers(event).filter((other) => other !== handler),
    );
  }

  removeAllHandlers(event?: string): void {
    if (event === undefined) this.handlers.clear();
    else this.handlers.delete(event);
  }

  getHandlers(event: string): Listener[] {
    return this.handlers.get(event) ?? [];
  }

  /**
   * What a handler throws or rejects with is nobody's here, and keeps no other one from being told.
   */
  emit(event: ProviderEvent | string, details: object = {}): void {
    for (const handler of this.getHandlers(event)) {
      void (async () => handler(details))().catch(() => undefined);
    }
  }

  /** Nothing is said here. */
  setLogger(): this {
    return this;
  }
}
