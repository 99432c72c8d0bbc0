// What hosts, test environments and other libraries do to the globals. Each is done before the package is loaded, or after.
'use strict';
const FakeTimers = require('@sinonjs/fake-timers');

const never = () => ({
  ref() {
    return this;
  },
  unref() {
    return this;
  },
  hasRef: () => true,
  refresh() {
    return this;
  },
  [Symbol.toPrimitive]: () => 1,
});

/** Frozen as hardened services do: what is there of the language, with its prototypes. */
function freezeIntrinsics() {
  const ofHost = new Set([
    'Buffer',
    'URL',
    'URLSearchParams',
    'Event',
    'EventTarget',
    'AbortController',
    'AbortSignal',
  ]);
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    if (!/^[A-Z]/.test(name) || ofHost.has(name)) continue;
    const value = globalThis[name];
    if (typeof value === 'function' && value.prototype) Object.freeze(value.prototype);
    if ((typeof value === 'function' || typeof value === 'object') && value !== null)
      Object.freeze(value);
  }
  const typedArray = Object.getPrototypeOf(Uint8Array);
  for (const shared of [
    typedArray,
    typedArray.prototype,
    Object.getPrototypeOf([][Symbol.iterator]()),
    Object.getPrototypeOf(async () => {}),
  ])
    Object.freeze(shared);
}

const throwing = (name) => ({
  enumerable: true,
  configurable: true,
  get() {
    throw new Error(`${name} was read`);
  },
});

module.exports = {
  none() {},
  'no globals but those of the language'() {
    const names = [
      'TextEncoder',
      'TextDecoder',
      'setImmediate',
      'clearImmediate',
      'fetch',
      'Request',
      'Response',
      'Headers',
      'FormData',
      'Blob',
      'structuredClone',
      'performance',
      'crypto',
      'ReadableStream',
      'CompressionStream',
      'DecompressionStream',
      'MessageChannel',
      'BroadcastChannel',
      'AbortController',
      'AbortSignal',
      'URL',
      'URLSearchParams',
    ];
    for (const name of names) delete globalThis[name];
  },
  'window and document without location'() {
    globalThis.window = {};
    globalThis.document = {};
  },
  'all of a browser but its location'() {
    Object.assign(globalThis, {
      window: globalThis,
      self: globalThis,
      document: { createElement: () => ({}) },
    });
    Object.defineProperty(globalThis, 'navigator', {
      value: { product: 'ReactNative', userAgent: 'x' },
      configurable: true,
    });
    globalThis.WorkerGlobalScope = function WorkerGlobalScope() {};
    globalThis.importScripts = () => {};
  },
  'timers that never fire'() {
    Object.assign(globalThis, { setTimeout: never, setInterval: never, setImmediate: never });
  },
  'timers that fire at once'() {
    globalThis.setTimeout = (task) => void task();
    globalThis.setInterval = (task) => void task();
    globalThis.setImmediate = (task) => void task();
  },
  'fake timers of vitest'() {
    FakeTimers.install({
      toFake: [
        'setTimeout',
        'clearTimeout',
        'setImmediate',
        'clearImmediate',
        'setInterval',
        'clearInterval',
        'Date',
        'performance',
      ],
    });
  },
  // They take process.nextTick, without which Node has no network.
  'fake timers of sinon, no network'() {
    FakeTimers.install();
  },
  'fake timers of node:test'() {
    require('node:test').mock.timers.enable();
  },
  'Object.prototype frozen'() {
    Object.freeze(Object.prototype);
  },
  'everything frozen': freezeIntrinsics,
  'a text on prototypes'() {
    Object.prototype.polluted = 'yes';
    Array.prototype.polluted = 'yes';
  },
  'functions on prototypes'() {
    Object.prototype.extend = function extend() {
      return this;
    };
    Array.prototype.last = function last() {
      return this[this.length - 1];
    };
    Function.prototype.bound = function bound() {
      return this;
    };
    String.prototype.dashed = function dashed() {
      return this;
    };
  },
  'objects on prototypes'() {
    Object.prototype.polluted = { inner: { deep: 1 } };
    Array.prototype.polluted = [1];
  },
  'getters that throw on prototypes'() {
    Object.defineProperty(Object.prototype, 'trap', throwing('Object.prototype.trap'));
    Object.defineProperty(
      Array.prototype,
      'trapOfArrays',
      throwing('Array.prototype.trapOfArrays'),
    );
  },
  'getters on prototypes, hidden'() {
    Object.defineProperty(Object.prototype, 'should', {
      configurable: true,
      get() {
        return { of: this };
      },
      set() {},
    });
    Object.defineProperty(Object.prototype, 'tag', { configurable: true, get: () => 'x' });
  },
};
