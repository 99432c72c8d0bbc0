import type { Fault, Route } from './types';

/** The faults in force, by route. */
export class Faults {
  private readonly faults: { fault: Fault; left: number }[] = [];

  add(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
    this.faults.push(entry);
    return () => {
      entry.left = 0;
      this.forgetSpent();
    };
  }

  /** The fault that hits the next request of a route, and counts it; undefined when all is well. */
  take(route: Route | null): Fault | undefined {
    const entry = this.faults.find(({ fault, left }) => fault.route === route && left > 0);
    if (!entry) return undefined;
    entry.left -= 1;
    this.forgetSpent();
    return entry.fault;
  }

  private forgetSpent(): void {
    for (let at = this.faults.length - 1; at >= 0; at -= 1) {
      if ((this.faults[at]?.left ?? 0) <= 0) this.faults.splice(at, 1);
    }
  }
}

/** Waits as a fault says; ends early, by rejection, when `ended` fires. */
export async function waitAsToldBy(fault: Fault, ended: AbortSignal): Promise<void> {
  const gone = new Promise<never>((_, reject) => {
    if (ended.aborted) reject(new Error('closed'));
    ended.addEventListener('abort', () => reject(new Error('closed')), { once: true });
  });
  gone.catch(() => undefined);
  if (fault.until) await Promise.race([fault.until, gone]);
  if (fault.delayMs === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const delay = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, fault.delayMs);
  });
  try {
    await Promise.race([delay, gone]);
  } finally {
    clearTimeout(timer);
  }
}
