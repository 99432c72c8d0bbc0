/**
 * The project that scenarios are about. Flags that OpenFeature's own feature files name have the
 * names, variants and values that those ask for.
 */

type Json = Record<string, unknown>;

const MICHAEL = 'ballmer@macrosoft.com';
const TEMPLATE = { showImages: true, title: 'Check out these pics!', imagesPerPage: 100 };

function condition(
  type: string,
  field: string | null,
  operator: string | null,
  target: unknown,
): Json {
  return { type, field, operator, targetValue: target, additionalValues: {}, idType: 'userID' };
}

const anyone = [condition('public', null, null, null)];
const has = (field: string, value: string): Json =>
  condition('user_field', field, 'any_case_sensitive', [value]);

/** A variant is a rule with the name of a group. */
function rule(variant: string, conditions: Json[], value: unknown): Json {
  return {
    name: variant,
    id: `rule_${variant}`,
    salt: variant,
    groupName: variant,
    passPercentage: value === false ? 0 : 100,
    conditions,
    returnValue: value,
    idType: 'userID',
  };
}

function spec(name: string, more: Json): Json {
  return { name, salt: name, enabled: true, idType: 'userID', rules: [], ...more };
}

function gate(name: string, rules: Json[], more: Json = {}): Json {
  return spec(name, {
    type: 'feature_gate',
    entity: 'feature_gate',
    defaultValue: false,
    rules,
    ...more,
  });
}

function config(name: string, defaultValue: Json, rules: Json[] = [], more: Json = {}): Json {
  return spec(name, {
    type: 'dynamic_config',
    entity: 'dynamic_config',
    defaultValue,
    rules,
    ...more,
  });
}

/** A flag of one value: the config's parameter `value`. */
function single(name: string, variant: string, value: unknown, to: Json[] = anyone): Json {
  return config(name, to === anyone ? {} : { value }, [rule(variant, to, { value })]);
}

const isMichael = [has('email', MICHAEL)];
const zeros = Object.entries({ string: '', integer: 0, float: 0 }).flatMap(([type, value]) => [
  single(`${type}-zero-flag`, 'zero', value),
  single(`${type}-targeted-zero-flag`, 'zero', value, isMichael),
]);
const disabled = ['string', 'integer', 'float', 'object'].flatMap((type) =>
  [`${type}-disabled-flag`, `disabled-${type}-flag`].map((name) =>
    config(name, {}, [rule('on', anyone, { value: 1 })], { enabled: false }),
  ),
);

const theirs = {
  gates: [
    gate('boolean-flag', [rule('on', anyone, true)]),
    gate('boolean-zero-flag', [rule('zero', anyone, false)]),
    gate('boolean-targeted-zero-flag', [rule('zero', isMichael, false)]),
    gate('boolean-disabled-flag', [rule('on', anyone, true)], { enabled: false }),
    gate('disabled-boolean-flag', [rule('on', anyone, true)], { enabled: false }),
    gate('metadata-flag', [rule('on', anyone, true)]),
  ],
  configs: [
    single('string-flag', 'greeting', 'hi'),
    single('integer-flag', 'ten', 10),
    single('float-flag', 'half', 0.5),
    single('large-integer-flag', 'max-int32', 2 ** 31 - 1),
    single('huge-integer-flag', 'max-safe', Number.MAX_SAFE_INTEGER),
    single('integral-float-flag', 'ten', 10.0),
    single('wrong-flag', 'one', 'uno'),
    config('object-flag', {}, [rule('template', anyone, TEMPLATE)]),
    config('object-zero-flag', {}, [rule('zero', anyone, {})]),
    config('object-targeted-zero-flag', {}, [rule('zero', isMichael, {})]),
    ...zeros,
    ...disabled,
    config('complex-targeted', { value: 'EXTERNAL' }, [
      rule(
        'internal',
        [...isMichael, has('customer', 'false'), condition('user_field', 'age', 'gt', 10)],
        { value: 'INTERNAL' },
      ),
    ]),
    config('context-aware', { value: 'EXTERNAL' }, [
      rule(
        'internal',
        [
          has('fn', 'Sulisław'),
          has('ln', 'Świętopełk'),
          has('age', '29'),
          has('customer', 'false'),
        ],
        { value: 'INTERNAL' },
      ),
    ]),
    config('targeting-key-flag', { value: 'miss' }, [
      rule('hit', [has('userID', '5c3d8535-f81a-4478-a6d3-afaa4d51199e')], { value: 'hit' }),
    ]),
  ],
};

const ours = {
  gates: [
    gate('bell', [rule('everybody', anyone, true)]),
    gate('quiet_hours', [rule('nobody', anyone, false)]),
    gate('carbon_frame', [rule('racers', [has('club', 'Velo Nord')], true)]),
    gate('old_checkout', [rule('everybody', anyone, true)], { enabled: false }),
  ],
  configs: [
    single('slogan', 'spring', 'Ride on'),
    config('limits', { perMinute: 60, ratio: 0.25, isHard: true, note: '', none: 0, list: [1, 2] }),
    config('wheels', { front: { size: 28 } }, [
      rule('small', [condition('user_field', 'height', 'lt', 150)], { front: { size: 24 } }),
    ]),
    config('old_banner', {}, [rule('everybody', anyone, { text: 'Sale' })], { enabled: false }),
    spec('button', {
      type: 'dynamic_config',
      entity: 'experiment',
      isActive: true,
      defaultValue: { color: 'grey' },
      rules: [{ ...rule('blue', anyone, { color: 'blue' }), isExperimentGroup: true }],
    }),
  ],
};

/** The project; `changing-flag` says what is asked for. */
export function payloadOf(changing: string, time: number): string {
  return JSON.stringify({
    has_updates: true,
    time,
    feature_gates: [...theirs.gates, ...ours.gates],
    dynamic_configs: [
      ...theirs.configs,
      ...ours.configs,
      single('changing-flag', changing, changing),
    ],
    layer_configs: [],
  });
}

/** What the author of a flag says of it. Statsig's flags have no such thing: `toMetadata` does. */
export const METADATA: Readonly<Record<string, Record<string, string | number | boolean>>> = {
  'metadata-flag': { string: '1.0.2', integer: 2, float: 0.1, boolean: true },
  bell: { owner: 'workshop', since: 2026, isLoud: true },
};
