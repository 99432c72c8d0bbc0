/**
 * What the SDK takes from Node besides the network. From Node's own modules and at load: test
 * environments hide globals (Jest's jsdom has neither TextEncoder nor setImmediate), and fake
 * timers replace them with ones that stand still.
 */
import * as timers from 'node:timers';
import { URL } from 'node:url';
import { TextDecoder, TextEncoder } from 'node:util';

const { clearInterval, clearTimeout, setImmediate, setInterval, setTimeout } = timers;
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Fake timers that were there before this module have taken the functions of node:timers, too:
 * sinon's, vitest's and Node's own.
 */
const areFake = [setTimeout, setImmediate].some(
  (timer) =>
    !/^set(Timeout|Immediate)$/.test(timer.name) || 'clock' in timer || '_isMockFunction' in timer,
);

const realTimers = {
  nextTurn: (): Promise<void> => new Promise((resolve) => void setImmediate(resolve)),
  startTimer(task: () => void, ms: number): () => void {
    const timer = setTimeout(task, ms);
    timer.unref?.();
    return () => clearTimeout(timer);
  },
  hold(): () => void {
    const timer = setInterval(() => undefined, LONGEST_MS);
    return () => clearInterval(timer);
  },
};

/** The same by what else of Node waits: messages, and sockets that time out. */
const otherTimers: typeof realTimers = {
  nextTurn: () =>
    new Promise((resolve) => {
      const { port1, port2 } = channel();
      port1.once('message', () => {
        port1.close();
        resolve();
      });
      port2.postMessage(0);
    }),
  startTimer(task, ms) {
    const { Socket }: typeof import('node:net') = require('node:net');
    // 0 is none.
    const socket = new Socket().setTimeout(Math.max(1, ms), () => {
      socket.setTimeout(0);
      task();
    });
    return () => void socket.setTimeout(0);
  },
  hold() {
    const { port1 } = channel();
    port1.on('message', () => undefined);
    return () => port1.close();
  },
};

function channel(): import('node:worker_threads').MessageChannel {
  const { MessageChannel }: typeof import('node:worker_threads') = require('node:worker_threads');
  return new MessageChannel();
}

/** `Host` of host.ts, and of the engines. */
export const nodeHost = {
  TextDecoder,
  TextEncoder,
  URL,
  /** A global one that differs is somebody's fake; undefined where that cannot be told. */
  setTimeout: areFake ? undefined : setTimeout,
  ...(areFake ? otherTimers : realTimers),
};
