/** Which engines the behaviour and conformance suites run on. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineKind } from '../src/engine/engine';
import { platformName } from '../src/engine/native';

const generated = join(__dirname, '..', 'src', 'engine', 'generated');
const isBuilt: Record<EngineKind, () => boolean> = {
  native: () => existsSync(join(generated, `statsig-node-native.${platformName()}.node`)),
  wasm: () => existsSync(join(generated, 'statsig.wasm')),
  js: () => true,
};

/**
 * What `STATSIG_TEST_ENGINES` (a list) or `STATSIG_ENGINE` (one) asks for; null when neither is
 * set.
 */
export const ASKED_ENGINES: EngineKind[] | null = asked();

/**
 * Every engine that was built here; one whose file is there and does not load fails its tests. What
 * was asked for is taken exactly: CI asks for all three, so that none can be left out unnoticed.
 */
export const TESTED_ENGINES: EngineKind[] =
  ASKED_ENGINES ?? (['native', 'wasm', 'js'] as const).filter((kind) => isBuilt[kind]());

function asked(): EngineKind[] | null {
  const list = process.env['STATSIG_TEST_ENGINES'] ?? process.env['STATSIG_ENGINE'];
  return list === undefined || list === '' ? null : (list.split(',') as EngineKind[]);
}
