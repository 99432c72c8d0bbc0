/**
 * Recorded answers and exposures of the newer SDK's core (`../shared/data/newer`, format in its
 * README) and what an engine says to the same. What differs on purpose is brought to one form:
 * docs/spec/NEWER.md, section 23.
 */
import { EXPERIMENT_KIND, EvalBits, EvalMode, SpecKind } from '../src/engine/engine';
import type { Engine, LookupKind, OutcomeRecord } from '../src/engine/engine';
import type { JsonObject, WireEvent } from './case';
import { lineOf } from './exposure-lines';
import type { Line } from './exposure-lines';

type Kind = 'gate' | 'config' | 'experiment' | 'layer';

interface RecordedAnswer {
  user: number;
  kind: Kind;
  name: string;
  random?: true;
  answer?: {
    value: unknown;
    ruleID: string;
    idType: string | null;
    reason: string;
    groupName?: string | null;
    allocated?: string | null;
  };
}

export interface Recording {
  payload: JsonObject;
  users: JsonObject[];
  answers: RecordedAnswer[];
  exposures: WireEvent[];
}

const LOOKUPS: Record<Kind, LookupKind> = {
  gate: SpecKind.Gate,
  config: SpecKind.Config,
  experiment: EXPERIMENT_KIND,
  layer: SpecKind.Layer,
};
const NOW = 1_790_000_000_000;

/** What differs, as readable lines. */
export async function compareRecording(engine: Engine, recording: Recording): Promise<string[]> {
  const { payload, users, answers, exposures } = recording;
  engine.setOptions({
    tier: null,
    loggingEnabled: true,
    batchLimit: 1000,
    pendingLimit: 1_000_000,
    sdkType: 'statsig-node',
    sdkVersion: '0',
    sessionID: 's',
    randomSeed: 1,
  });
  const prepared = await engine.prepareSpecs(new TextEncoder().encode(JSON.stringify(payload)));
  engine.commitSpecs(prepared.handle);
  engine.setDetails('Network', 1, 1);
  const different: string[] = [];
  let slot = -1;
  for (const asked of answers) {
    if (asked.user !== slot) setUser(engine, (slot = asked.user), users[slot]!);
    const record = ask(engine, slot, asked);
    if (asked.answer !== undefined) differences(asked, record, different);
  }
  const batch = await engine.takeBatch('[', ']', 1_000_000);
  const ours = JSON.parse(new TextDecoder().decode(batch.body)) as WireEvent[];
  const left = answers.filter(
    ({ random, answer }) => random === true || answer?.reason === 'Unsupported',
  );
  const leftOut = new Set(left.map(({ user, name }) => `${userID(users[user]!)} ${name}`));
  compareEvents(exposureLines(exposures, leftOut), exposureLines(ours, leftOut), different);
  return different;
}

function setUser(engine: Engine, slot: number, user: JsonObject): void {
  const { privateAttributes, ...rest } = user;
  engine.setUser(
    slot,
    JSON.stringify(rest),
    privateAttributes === undefined ? '' : JSON.stringify(privateAttributes),
    '',
  );
}

function ask(engine: Engine, slot: number, { kind, name }: RecordedAnswer): OutcomeRecord {
  const code = engine.evaluate(slot, engine.specIndex(LOOKUPS[kind], name), EvalMode.Expose, NOW);
  if (code < 0) throw new Error(`${kind} ${name}: ${engine.lastError()}`);
  const outcome = code >> EvalBits.OutcomeShift;
  const record = engine.outcome(outcome)!;
  if (kind === 'layer') {
    for (const key of Object.keys(record.json as object).sort())
      engine.exposeLayerParameter(slot, outcome, key, EvalMode.Expose, NOW);
  }
  return record;
}

function differences(
  { kind, user, name, answer }: RecordedAnswer,
  record: OutcomeRecord,
  different: string[],
): void {
  const ours: Record<string, unknown> = {
    value: kind === 'gate' ? record.value : record.json,
    ruleID: record.ruleID,
    idType: record.idType,
    reason: record.reason ?? 'Recognized',
    groupName: record.groupName,
    allocated: record.configDelegate,
  };
  // What the newer SDK left behind when it could not go on; ours leaves nothing.
  if (answer?.reason === 'Unsupported' && record.reason === 'Unsupported') return;
  for (const [field, theirs] of Object.entries(answer ?? {})) {
    // There it is that of the gate that kept the user out.
    if (field === 'groupName' && answer?.ruleID === 'inlineTargetingRules') continue;
    // Of a delegated layer it is the delegate's here; unsupported and unknown have none.
    if (field === 'idType' && (record.configDelegate !== null || record.idType === null)) continue;
    if (sorted(ours[field]) !== sorted(theirs))
      different.push(
        `${kind} ${name} for user ${user}: ${field} ${sorted(ours[field])}, not ${sorted(theirs)}`,
      );
  }
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function userID(user: JsonObject): string {
  return `${String(user['userID'] ?? '')} ${JSON.stringify(user['customIDs'] ?? {})}`;
}

/**
 * Events in order, each once: an experiment whose group was asked for is logged as any other here,
 * so that its own exposure is a repetition.
 */
function exposureLines(events: readonly WireEvent[], leftOut: ReadonlySet<string>): Line[] {
  const lines = new Map<string, Line>();
  for (const event of events) {
    const line = lineOf(event);
    const who = userID(event.user as JsonObject);
    if (leftOut.has(`${who} ${line.name}`)) continue;
    // Of a delegated layer the version is the delegate's here.
    if (line.kind === 'layer') line.fields['configVersion'] = null;
    const key = `${who} | ${line.key}`;
    if (!lines.has(key)) lines.set(key, { ...line, key });
  }
  return [...lines.values()];
}

function compareEvents(theirs: readonly Line[], ours: readonly Line[], different: string[]): void {
  for (let at = 0; at < Math.max(theirs.length, ours.length); at++) {
    const [a, b] = [theirs[at], ours[at]];
    if (a?.key !== b?.key) {
      different.push(`event ${at}: ${b?.key ?? 'none'}, not ${a?.key ?? 'none'}`);
      return;
    }
    // An experiment that was asked for by a condition or a store has none there.
    if (a!.fields['rulePassed'] === null) b!.fields['rulePassed'] = null;
    const [x, y] = [
      JSON.stringify([b!.fields, b!.secondary]),
      JSON.stringify([a!.fields, a!.secondary]),
    ];
    if (x !== y) different.push(`event ${a!.key}: ${x}, not ${y}`);
  }
}
