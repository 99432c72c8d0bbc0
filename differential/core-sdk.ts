/**
 * statsig-node-core as the oracle of dcs-v2, through its public API. Its results carry no secondary
 * exposures, so those come from the events that it logs.
 */
import type { SecondaryExposure } from '../src/engine/engine';
import type { JsonObject, Names, WireEvent } from './case';
import { startCore } from './core-client';
import type { CoreResult, CoreSdk } from './core-client';

/** An exposure as both SDKs log it. */
export interface Exposure {
  /** Text, and null where the SDK has none. */
  [field: string]: string | null | SecondaryExposure[];
  secondary: SecondaryExposure[];
}

/** What both SDKs say about an answer. */
export interface CoreAnswer {
  value: unknown;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  allocated: string | null;
  reason: string;
  /** Of a layer one per parameter, sorted. */
  exposures: Exposure[];
}

/** Answers for one user, by `kind name`. */
export type CoreAnswers = Record<string, CoreAnswer>;

const KINDS: Record<string, string> = {
  'statsig::gate_exposure': 'gate',
  'statsig::config_exposure': 'config',
  'statsig::layer_exposure': 'layer',
};
const FIELDS = [
  'gateValue',
  'rulePassed',
  'ruleID',
  'configVersion',
  'parameterName',
  'isExplicitParameter',
  'allocatedExperiment',
];

/** Repeats reach the wire there; ours leaves them out. */
function withoutRepeats(list: readonly SecondaryExposure[]): SecondaryExposure[] {
  const known = new Set<string>();
  return list.filter(
    ({ gate, gateValue, ruleID }) => known.size < known.add(`${gate}|${gateValue}|${ruleID}`).size,
  );
}

/**
 * Puts the exposures of one user to the answers. The version of a layer is its delegate's here, as
 * in statsig-node.
 */
export function addExposures(answers: CoreAnswers, events: WireEvent[]): void {
  for (const { eventName, metadata, secondaryExposures } of events) {
    const kind = KINDS[eventName];
    if (kind === undefined || metadata === null) continue;
    const answer = answers[`${kind} ${String(metadata['gate'] ?? metadata['config'])}`];
    const fields = FIELDS.map((field) => [
      field,
      kind === 'layer' && field === 'configVersion' ? null : (metadata[field] ?? null),
    ]);
    answer?.exposures.push({
      ...Object.fromEntries(fields),
      secondary: withoutRepeats(secondaryExposures ?? []),
    } as Exposure);
  }
  for (const { exposures } of Object.values(answers))
    exposures.sort((a, b) => (String(a['parameterName']) < String(b['parameterName']) ? -1 : 1));
}

function answerOf(result: CoreResult): CoreAnswer {
  const isLayer = result.__value !== undefined;
  return {
    value: isLayer ? result.__value : result.value,
    ruleID: result.ruleID,
    groupName: result.groupName ?? null,
    // A layer's is its delegate's here.
    idType: isLayer || result.idType === '' ? null : result.idType,
    allocated: result.allocatedExperimentName ?? null,
    reason: result.details.reason.split(':')[1] ?? '',
    exposures: [],
  };
}

/** Whether a name is asked for as an experiment. */
export function isExperiment(payload: JsonObject, name: string): boolean {
  const spec = (payload['dynamic_configs'] as Record<string, JsonObject>)[name];
  return spec?.['entity'] === 'experiment';
}

function askUser(sdk: CoreSdk, user: unknown, payload: JsonObject, names: Names): CoreAnswers {
  const answers: CoreAnswers = Object.create(null);
  for (const name of names.gates)
    answers[`gate ${name}`] = answerOf(sdk.getFeatureGate(user, name));
  for (const name of names.configs) {
    answers[`config ${name}`] = answerOf(
      isExperiment(payload, name)
        ? sdk.getExperiment(user, name)
        : sdk.getDynamicConfig(user, name),
    );
  }
  for (const name of names.layers) {
    const layer = sdk.getLayer(user, name);
    answers[`layer ${name}`] = answerOf(layer);
    for (const parameter of Object.keys(layer.__value ?? {})) layer.get(parameter, null);
  }
  return answers;
}

/**
 * Asks statsig-node-core everything. Users must have IDs of their own. @throws Error when it does
 * not take the payload
 */
export async function askCore(
  payload: JsonObject,
  users: JsonObject[],
  names: Names,
): Promise<CoreAnswers[]> {
  const { sdk, userOf, events, stop } = await startCore(payload);
  try {
    const answers: CoreAnswers[] = [];
    for (const user of users) {
      answers.push(askUser(sdk, userOf(user), payload, names));
      // Its queue is bounded.
      await sdk.flushEvents();
    }
    const byUser = eventsByUser(events);
    for (const [index, user] of users.entries())
      addExposures(answers[index]!, byUser.get(user['userID']) ?? []);
    return answers;
  } finally {
    await stop();
  }
}

/** By user ID. */
export function eventsByUser(events: WireEvent[]): Map<unknown, WireEvent[]> {
  const byUser = new Map<unknown, WireEvent[]>();
  for (const event of events) {
    const id = (event.user as JsonObject | null)?.['userID'];
    const list = byUser.get(id);
    if (list === undefined) byUser.set(id, [event]);
    else list.push(event);
  }
  return byUser;
}
