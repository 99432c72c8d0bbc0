import type { ProviderEvent } from './shapes';

type Handler = (details?: Record<string, unknown>) => unknown;

/** The emitter that OpenFeature's SDK listens to. */
export class Emitter {
  private readonly handlers = new Map<string, Handler[]>();

  addHandler(event: string, handler: Handler): void {
    this.handlers.set(event, [...this.getHandlers(event), handler]);
  }

  removeHandler(event: string, handler: Handler): void {
    this.handlers.set(event, this.getHandlers(event).filter((other) => other !== handler));
  }

  removeAllHandlers(event?: string): void {
    if (event === undefined) this.handlers.clear();
    else this.handlers.delete(event);
  }

  getHandlers(event: string): Handler[] {
    return this.handlers.get(event) ?? [];
  }

  /** What a handler throws or rejects with is nobody's here, and keeps no other one from being told. */
  emit(event: ProviderEvent | string, details: Record<string, unknown> = {}): void {
    for (const handler of this.getHandlers(event)) {
      void (async () => handler(details))().catch(() => undefined);
    }
  }

  /** Nothing is said here. */
  setLogger(): this {
    return this;
  }
}
