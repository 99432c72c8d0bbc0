/**
 * Config specs in protobuf's form, whole or as what changed since the last ones (NEWER.md 19). What
 * comes out is the JSON of the whole, for engines and adapters alike.
 */
import { textOf } from '../../host/host';
import { conditionOf, jsonOf, specOf } from './entities';
import { Message, WireReader, fieldsOf } from './wire';

type Rest = Record<string, unknown>;

interface Entity {
  checksum: string;
  json: string;
}

const Kind = {
  Unknown: 0,
  Done: 1,
  TopLevel: 2,
  Store: 6,
  Condition: 7,
  Deletions: 8,
  Checksums: 9,
  CopyPrevious: 10,
} as const;

/** Kind of an envelope → where its entity is in the JSON. */
const MAPS: Readonly<Record<number, string>> = {
  3: 'feature_gates',
  4: 'dynamic_configs',
  5: 'layer_configs',
  [Kind.Store]: 'param_stores',
  [Kind.Condition]: 'condition_map',
};

/** Fields of a list of deletions. */
const DELETED: Readonly<Record<number, string>> = {
  1: 'dynamic_configs',
  2: 'feature_gates',
  3: 'layer_configs',
  4: 'experiment_to_layer',
  5: 'condition_map',
  6: 'sdk_configs',
  7: 'param_stores',
  8: 'cmab_configs',
  9: 'override_rules',
  10: 'overrides',
};

/** What a response adds up to. */
class Specs {
  readonly maps: Record<string, Map<string, Entity>> = {};
  rest: Rest = {};

  constructor(previous?: Specs) {
    for (const map of Object.values(MAPS)) this.maps[map] = new Map(previous?.maps[map]);
    this.rest = { ...previous?.rest };
  }

  json(): string {
    const parts = Object.entries(this.rest)
      .filter(([name]) => this.maps[name] === undefined)
      .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
    for (const [map, entities] of Object.entries(this.maps)) {
      const members = [...entities].map(([name, { json }]) => `${JSON.stringify(name)}:${json}`);
      parts.push(`"${map}":{${members.join(',')}}`);
    }
    return `{${parts.join(',')}}`;
  }
}

/** A delta that does not lead to what the server has. */
export class ChecksumMismatch extends Error {
  constructor(map: string) {
    super(`The changes of ${map} do not add up to what the server has`);
  }
}

/** Keeps what is in force, for deltas. */
export class ProtoSpecs {
  private known: Specs | null = null;
  /** The last one read, until it is in force. */
  private next: Specs | null = null;

  /** @param tell is given what is left out, and why */
  constructor(private readonly tell: (message: string) => void) {}

  /** Whether a delta can be made use of. */
  get isReady(): boolean {
    return this.known !== null;
  }

  /** JSON of the whole. @throws Error for what cannot be used; what is in force stays */
  read(body: Uint8Array): string {
    const reader = new WireReader(body);
    let specs = new Specs();
    while (!reader.isAtEnd) {
      const envelope = new Message(reader.block());
      const kind = envelope.int(1);
      if (kind === Kind.Done) return this.done(specs);
      if (kind === Kind.Unknown) throw new Error('An envelope of no kind');
      if (kind === Kind.CopyPrevious) specs = this.copied();
      else if (kind === Kind.TopLevel) readTopLevel(specs, envelope.bytes(4));
      else if (kind === Kind.Deletions) remove(specs, envelope.bytes(4));
      else if (kind === Kind.Checksums) verify(specs, envelope.bytes(4));
      else this.readEntity(specs, kind, envelope);
    }
    throw new RangeError('Config specs that end early');
  }

  /** What was read last is in force. */
  commit(): void {
    this.known = this.next ?? this.known;
    this.next = null;
  }

  /** JSON came instead: there is nothing that a delta could change. */
  forget(): void {
    this.known = this.next = null;
  }

  private done(specs: Specs): string {
    this.next = specs;
    return specs.json();
  }

  private copied(): Specs {
    if (this.known === null) throw new Error('A delta of specs that are not here');
    return new Specs(this.known);
  }

  private readEntity(specs: Specs, kind: number, envelope: Message): void {
    const map = MAPS[kind];
    const [name, checksum] = [envelope.text(2), envelope.text(3)];
    if (map === undefined) return this.tell(`an entry of the kind ${kind}, which is unknown`);
    const same = checksum === '' ? undefined : this.known?.maps[map]?.get(name);
    const entities = specs.maps[map]!;
    try {
      const json = same?.checksum === checksum ? same.json : jsonText(kind, envelope.bytes(4));
      entities.set(name, { checksum, json });
    } catch (error) {
      entities.delete(name);
      this.tell(`${map} ${name}: ${String(error)}`);
    }
  }
}

function jsonText(kind: number, data: Uint8Array): string {
  if (kind === Kind.Condition) return JSON.stringify(conditionOf(data));
  if (kind === Kind.Store) return JSON.stringify(jsonOf(data));
  return JSON.stringify(specOf(data, kind === 3 ? 'feature_gate' : 'dynamic_config'));
}

/** All that is in no map, complete also in a delta. */
function readTopLevel(specs: Specs, data: Uint8Array): void {
  const top = new Message(data);
  const rest = jsonOf(top.bytes(7)) as Rest;
  specs.rest = {
    experiment_to_layer: {},
    ...rest,
    has_updates: top.bool(1),
    time: top.int(2),
    company_id: top.text(3),
    response_format: top.text(4),
    checksum: top.text(5),
  };
}

function remove(specs: Specs, data: Uint8Array): void {
  for (const { number, bytes } of fieldsOf(data)) {
    const map = DELETED[number];
    if (map === undefined || bytes === null) continue;
    const name = textOf(bytes);
    if (specs.maps[map] !== undefined) specs.maps[map].delete(name);
    else specs.rest[map] = without(specs.rest[map], name);
  }
}

function without(map: unknown, name: string): Rest {
  return Object.fromEntries(Object.entries(Object(map) as Rest).filter(([key]) => key !== name));
}

/** Sums of what entities call their checksums. @throws ChecksumMismatch */
function verify(specs: Specs, data: Uint8Array): void {
  for (const { bytes } of fieldsOf(data)) {
    const entry = new Message(bytes);
    const map = entry.text(1);
    const entities = specs.maps[map];
    if (entities === undefined) continue;
    let sum = 0n;
    for (const { checksum } of entities.values()) sum += numberIn(checksum);
    if (BigInt.asUintN(64, sum) !== entry.bits(2)) throw new ChecksumMismatch(map);
  }
}

/** Older servers have other texts, which count nothing. */
function numberIn(checksum: string): bigint {
  if (!/^\d{1,10}$/.test(checksum)) return 0n;
  const number = BigInt(checksum);
  return number < 2n ** 32n ? number : 0n;
}
