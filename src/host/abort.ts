/** AbortController, also in hosts that hide it (Jest's node environment did until version 28). */

/** What the SDK uses of one. */
class PlainAbortController {
  private readonly listeners = new Set<() => void>();
  readonly signal = {
    aborted: false,
    reason: undefined as unknown,
    addEventListener: (_: string, listener: () => void): void => void this.listeners.add(listener),
    removeEventListener: (_: string, listener: () => void): void =>
      void this.listeners.delete(listener),
  };

  abort(reason: unknown = new Error('This operation was aborted')): void {
    if (this.signal.aborted) return;
    Object.assign(this.signal, { aborted: true, reason });
    const told = [...this.listeners];
    this.listeners.clear();
    for (const listener of told) listener();
  }
}

/** A new one, the host's where it has them. */
export function abortController(): AbortController {
  if (typeof globalThis.AbortController === 'function') return new globalThis.AbortController();
  return new PlainAbortController() as unknown as AbortController;
}
