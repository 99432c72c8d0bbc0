import test from 'ava';
import type { EngineKind, ReplacementEngine } from '../../src/engine/engine';
import { RustEngine, type RustBinding } from '../../src/engine/rust-adapter';
import { makeReplacement, selectEngine } from '../../src/engine/select';
import { nodeHost } from '../../src/engine/node-host';
import { createWasmEngine } from '../../src/engine/wasm';
import { EngineUnavailableError } from '../../src/types/errors';
import { nodePlatform } from '../../src/platform/platform-node';
import { Server, type Host } from '../../src/api/server';
import { FakeNetwork, KEY, Log } from '../api/support';

const fail = (message: string, code?: string) => (): ReplacementEngine => {
  throw Object.assign(new Error(message), code === undefined ? {} : { code });
};
const js = (): ReplacementEngine => makeReplacement('js');

/** A host where some engines don't load. */
function hostWithout(...broken: EngineKind[]): Host {
  const factories = {
    native: broken.includes('native') ? fail('invalid ELF header\nmore', 'ERR_DLOPEN_FAILED') : js,
    wasm: broken.includes('wasm') ? fail('the module is not statsig.wasm') : js,
    js,
  };
  return {
    platform: {
      ...nodePlatform,
      forcedEngine: undefined,
      selectEngine: (forced) => selectEngine(forced, factories),
    },
  };
}

test('engines are tried from the fastest; what failed is told with its code and first line', (t) => {
  const order: string[] = [];
  const failing = (kind: string) => (): ReplacementEngine => {
    order.push(kind);
    throw new Error(`no ${kind}`);
  };
  const { engine, rejected } = selectEngine(null, {
    native: failing('native'),
    wasm: failing('wasm'),
    js,
  });
  t.deepEqual(order, ['native', 'wasm']);
  t.is(engine.kind, 'js');
  t.deepEqual(rejected, [
    { kind: 'native', reason: 'no native' },
    { kind: 'wasm', reason: 'no wasm' },
  ]);
});

test('a binary of another version is not used', (t) => {
  // Refused before anything of it is used.
  const Foreign = RustEngine as unknown as new (
    kind: string,
    binding: Pick<RustBinding, 'version'>,
  ) => ReplacementEngine;
  const native = (): ReplacementEngine => new Foreign('native', { version: () => '0.0.1' });
  const { engine, rejected } = selectEngine(null, { native, wasm: fail('none'), js });
  t.is(engine.kind, 'js');
  t.regex(
    rejected[0]?.reason ?? '',
    /^the native engine is of version 0\.0\.1, this package of \d/,
  );
});

test('on a big-endian machine WebAssembly is refused, and js answers', (t) => {
  const wasm = (): ReplacementEngine => createWasmEngine({}, nodeHost, false);
  const { engine, rejected } = selectEngine(null, { native: fail('no binary'), wasm, js });
  t.is(engine.kind, 'js');
  t.deepEqual(rejected[1], { kind: 'wasm', reason: 'this machine is big-endian' });
  t.throws(
    () => createWasmEngine({}, nodeHost),
    { message: /^(?!this machine)/ },
    'tests run on little-endian machines',
  );
});

test('an automatic choice that falls through says so in one info line per instance, in all its lives', async (t) => {
  const log = new Log();
  const network = new FakeNetwork();
  const options = {
    logger: log,
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  };
  const server = new Server(KEY, options, hostWithout('native', 'wasm'));
  await server.initializeAsync();
  await server.shutdownAsync();
  await server.initializeAsync();
  await server.shutdownAsync();
  const told = log.lines.filter((line) => line.includes('engine answers'));
  t.deepEqual(told, [
    'statsigSDK> The js engine answers: native cannot load (ERR_DLOPEN_FAILED: invalid ELF header), wasm cannot load (the module is not statsig.wasm)',
  ]);
  const { engine, version, rejected } = server.engineInfo();
  t.deepEqual([engine, rejected.map(({ kind }) => kind)], ['js', ['native', 'wasm']]);
  t.regex(version, /^\d+\.\d+\.\d+/);
});

test('at the default log level nothing is said', (t) => {
  const lines: string[] = [];
  const put = (line: unknown): void => void lines.push(String(line));
  const logger = { logLevel: 'warn' as const, debug: put, info: put, warn: put, error: put };
  t.is(
    new Server(KEY, { logger, localMode: true }, hostWithout('native', 'wasm')).engineInfo().engine,
    'js',
  );
  t.deepEqual(lines, []);
});

test('a forced engine that cannot load is an error of the constructor', (t) => {
  const forced = (engine: EngineKind, host: Host) => () =>
    new Server(KEY, { engine, localMode: true, logger: new Log() }, host);
  const error = t.throws(forced('native', hostWithout('native')), {
    instanceOf: EngineUnavailableError,
  });
  t.is(error?.code, 'STATSIG_ENGINE_UNAVAILABLE');
  t.regex(
    error?.message ?? '',
    /native engine was asked for and cannot load: ERR_DLOPEN_FAILED: invalid ELF header$/,
  );
  t.throws(forced('wasm', hostWithout('wasm')), { instanceOf: EngineUnavailableError });
  t.is(forced('js', hostWithout('native', 'wasm'))().engineInfo().engine, 'js');
});
