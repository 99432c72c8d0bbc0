/** Whether somebody else acts on a signal. */

/** npm's signal-exit, which many tools load, ends the process only when it listens alone. */
const SIGNAL_EXIT = Symbol.for('signal-exit emitter');

interface Counted {
  count?: unknown;
}

/**
 * True when the application listens to the signal. Listeners of signal-exit (versions 3 and 4) do
 * not count: they wait to be the only ones, as they are once ours is gone.
 */
export function heardByOthers(signal: 'SIGTERM' | 'SIGINT', own: (signal: never) => void): boolean {
  const others = process.listeners(signal).filter((listener) => listener !== own).length;
  return others > Math.min(others, signalExits());
}

function signalExits(): number {
  const { __signal_exit_emitter__: third } = process as { __signal_exit_emitter__?: Counted };
  const fourth = (globalThis as { [SIGNAL_EXIT]?: Counted })[SIGNAL_EXIT];
  return [third, fourth].reduce((sum, one) => sum + (Number(one?.count) || 0), 0);
}
