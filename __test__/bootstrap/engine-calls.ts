/** Client-initialize straight through the engine interface. */
import type { JsonObject } from '../../differential/case';
import { createEngine, sameAsText } from '../../differential/engines';
import type { ClientInitializeOptions, Engine, EngineKind } from '../../src/engine/engine';
import { AskedNames, NO_NAMES } from '../../src/users/asked-names';
import { encodeUser } from '../../src/users/user-encoder';

export const NOW = 1_700_000_000_000;

/** An engine that serves a payload. */
export async function loaded(kind: EngineKind, payload: JsonObject): Promise<Engine> {
  const engine = createEngine(kind);
  engine.setOptions({
    tier: null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 100_000,
    sdkType: 'statsig-node',
    sdkVersion: '6.5.2',
    sessionID: 'session',
  });
  const prepared = await engine.prepareSpecs(new TextEncoder().encode(JSON.stringify(payload)));
  engine.commitSpecs(prepared.handle);
  const time = prepared.summary.time ?? 1;
  engine.setDetails('Bootstrap', time, time);
  return engine;
}

/** The response as text; null when there is none. Throws when it failed. */
export function respond(
  engine: Engine,
  user: object,
  options: Partial<ClientInitializeOptions>,
  slot = 0,
): string | null {
  const { json, privateJson, exotic } = encodeUser(
    user,
    { json: '', overwrites: false },
    new AskedNames(NO_NAMES, null),
  );
  engine.setUser(slot, json, privateJson, exotic);
  const asked: ClientInitializeOptions = { random: 0.5, nowMs: NOW, ...options };
  let answer = engine.clientInitialize(slot, asked);
  if (answer === -1) {
    engine.setUserAgent(slot, {
      osName: null,
      osVersion: null,
      browserName: null,
      browserVersion: null,
    });
    answer = engine.clientInitialize(slot, asked);
  }
  if (typeof answer === 'number')
    throw new Error(`client-initialize failed: ${answer} ${engine.lastError()}`);
  return sameAsText(answer, engine.clientInitializeText(slot, asked));
}
