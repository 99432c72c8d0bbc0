/**
 * What differs from statsig-node-core 0.23.2 on purpose, each with its reason. Sections are those of
 * docs/spec/NEWER.md.
 */
import { canonical } from './compare-answers';
import type { Difference } from './newer/difference';

export interface KnownDifference {
  name: string;
  reason: string;
  applies(difference: Difference): boolean;
}

const isUnsupported = ({ said }: Difference): boolean =>
  said.theirs?.reason === 'Unsupported' && said.ours?.reason === 'Unsupported';

/** As unsupported answers are here. */
const saysNothing = ({ said: { ours } }: Pick<Difference, 'said'>): boolean =>
  ours?.ruleID === '' && ['false', '{}'].includes(JSON.stringify(ours.value));

/** Fields that hold the ID type or the version. */
const OF_THE_SPEC = ['idType', 'configVersion', 'id_type', 'i', 'is_device_based'];

/** Fields that hold exposures. */
const EXPOSURES = ['secondary_exposures', 's', 'undelegated_secondary_exposures', 'us'];

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? (value as Record<string, unknown>[]) : [];

const isNothing = (value: unknown): boolean =>
  [null, '', false].includes(value as null) || canonical(value) === '[]';

const isSame = (left: unknown, right: unknown): boolean => canonical(left) === canonical(right);

/** Whether both sides show an override, of the spec or of what answers for it. */
const isOverridden = (entries: Difference['entries']): boolean =>
  [entries?.theirs, entries?.ours].every(
    (fields) => (fields?.['rule_id'] ?? fields?.['r']) === 'override',
  );

/** Whether no rule is said to answer here. */
const isRefused = (entries: Difference['entries']): boolean =>
  (entries?.ours?.['rule_id'] ?? entries?.ours?.['r']) === '';

/** What fields of unsupported entries say here. */
const UNSUPPORTED: Record<string, readonly string[]> = {
  value: ['false', '{}'],
  v: ['null', '{}'],
  rule_id: ['""'],
  r: ['""'],
  secondary_exposures: ['[]'],
  undelegated_secondary_exposures: ['[]'],
  passed: ['false'],
  p: ['false'],
  explicit_parameters: ['null', '[]'],
};

/** Whether an object has all of another. */
function isWithin(inner: unknown, outer: unknown): boolean {
  const [few, many] = [inner ?? {}, outer ?? {}] as Record<string, unknown>[];
  return Object.keys(few!).every((key) => canonical(few![key]) === canonical(many![key]));
}

export const KNOWN: readonly KnownDifference[] = [
  {
    name: 'what an autotune draws',
    reason: 'Section 9: chance decides, of everyone anew.',
    applies: ({ reach }) => reach.has('drawn'),
  },
  {
    name: 'gates and configs have no group',
    reason: 'Its results have no such field; ours have that of the rule, as in statsig-node.',
    applies: ({ of, kind, field, theirs }) =>
      of === 'answer' &&
      (kind === 'gate' || kind === 'config') &&
      field === 'groupName' &&
      theirs === null,
  },
  {
    name: 'group of a gate',
    reason:
      'Sections 4, 9: 0.23 leaves the group of a gate that was met on those without; 0.24 mends it.',
    applies: ({ field, theirs, ours, reach, gates }) =>
      ['groupName', 'group_name', 'gn'].includes(field) &&
      ours === null &&
      gates.groups.has(String(theirs)) &&
      reach.has('nested gate'),
  },
  {
    name: 'ID type and version of what was delegated',
    reason:
      'Section 5: those of the experiment that answered, as in statsig-node; there its own. In a ' +
      'merging layer they are those of an autotune there, even when that came too late.',
    applies: ({ of, kind, field, said, reach }) =>
      (of === 'response'
        ? OF_THE_SPEC.includes(field) && reach.has('merging layer') && reach.has('autotune')
        : field === 'idType' || field === 'configVersion') &&
      reach.has('delegate') &&
      (kind !== 'layer' || said.ours?.allocated !== null || reach.has('merging layer')),
  },
  {
    name: 'ID type of overrides',
    reason: "BEHAVIOUR.md 4: 'userID' for an ID's own, as in statsig-node; there none.",
    applies: ({ of, field, said, theirs }) =>
      of === 'answer' && field === 'idType' && theirs === null && said.ours?.ruleID === 'override',
  },
  {
    name: 'ID type of overrides in responses',
    reason: "Sections 12, 18: the spec's, as in statsig-node; there none.",
    applies: ({ field, theirs, ours, entries, specs = [] }) =>
      isOverridden(entries) &&
      (field === 'is_device_based'
        ? theirs === false && ours === true && specs.some(({ idType }) => idType === 'stableID')
        : ['id_type', 'i'].includes(field) &&
          ['', null].includes(theirs as null) &&
          specs.some(({ idType }) => idType === ours)),
  },
  {
    name: 'overrides in responses pass',
    reason: 'Section 12: as in statsig-node, and in events; there they do not.',
    applies: ({ field, theirs, ours, entries }) =>
      isOverridden(entries) && ['passed', 'p'].includes(field) && theirs === false && ours === true,
  },
  {
    name: 'facts of overridden specs in responses',
    reason:
      "Sections 12, 18: activity, layer and explicit parameters are the spec's, as in " +
      'statsig-node; there an override has none.',
    applies: ({ field, theirs, ours, entries, specs = [] }) =>
      isOverridden(entries) &&
      (['is_experiment_active', 'ea'].includes(field)
        ? theirs === false && ours === true && specs.some(({ isActive }) => isActive === true)
        : ['is_in_layer', 'il'].includes(field)
          ? theirs === null && specs.some(({ hasSharedParams }) => hasSharedParams === ours)
          : ['explicit_parameters', 'ep'].includes(field) &&
            isNothing(theirs) &&
            specs.some(({ explicitParameters }) => isSame(explicitParameters ?? [], ours))),
  },
  {
    name: 'override by a group that there is not, in responses',
    reason: 'Section 12: {}, as in answers; there null, or a boolean in the shortest shape.',
    applies: ({ field, theirs, ours, entries }) =>
      isOverridden(entries) &&
      ['value', 'v'].includes(field) &&
      [null, false, true].includes(theirs as null) &&
      canonical(ours) === '{}',
  },
  {
    name: 'merging layer over an override by a group that there is not',
    reason:
      'Sections 7, 12: {} is taken as that of a delegate; there null, which is none, so that ' +
      'another one may give parameters.',
    applies: ({ kind, reach }) =>
      kind === 'layer' && reach.has('merging layer') && reach.has('overridden by no group'),
  },
  {
    name: 'undelegated exposures beside an overridden gate',
    reason: 'Section 4: 0.23 loses them, as in events; 0.24 mends it.',
    applies: ({ of, field, theirs, reach }) =>
      of === 'response' &&
      ['undelegated_secondary_exposures', 'us'].includes(field) &&
      reach.has('overridden') &&
      reach.has('nested gate') &&
      isNothing(theirs),
  },
  {
    name: 'undelegated exposures beside an unknown gate',
    reason: 'Section 4: 0.23 loses them, as in events; 0.24 mends it.',
    applies: ({ of, field, theirs, reach }) =>
      of === 'response' &&
      ['undelegated_secondary_exposures', 'us'].includes(field) &&
      reach.has('unknown gate') &&
      isNothing(theirs),
  },
  {
    name: 'undelegated exposures of a layer with a mapped gate, in responses',
    reason: 'Section 4: 0.23 has those of the gate alone, as in events; 0.24 mends it.',
    applies: ({ of, kind, field, theirs, ours, reach }) =>
      of === 'response' &&
      kind === 'layer' &&
      ['undelegated_secondary_exposures', 'us'].includes(field) &&
      reach.has('mapped gate') &&
      listOf(theirs).every((one) => listOf(ours).some((other) => isSame(one, other))),
  },
  {
    name: 'ID type of what is mapped to an overridden autotune, in responses',
    reason: 'Section 12: here that of the autotune, there none.',
    applies: ({ of, field, theirs, entries, reach }) =>
      of === 'response' &&
      ['id_type', 'i', 'is_device_based'].includes(field) &&
      isNothing(theirs) &&
      isOverridden(entries) &&
      reach.has('mapped'),
  },
  {
    name: 'mapped gate after what is unsupported, in responses',
    reason: 'Section 6: there its mappings are passed over for the rest of the response.',
    applies: ({ of, field, reach, gates }) =>
      of === 'response' &&
      EXPOSURES.includes(field) &&
      reach.has('mapped gate') &&
      gates.hasStrange,
  },
  {
    name: 'reason of what looked at an overridden gate',
    reason: "Section 12: 0.23 leaves the gate's; 0.24 mends it.",
    applies: ({ of, field, theirs, ours, reach }) =>
      of === 'answer' &&
      field === 'reason' &&
      theirs === 'LocalOverride' &&
      ours === 'Recognized' &&
      reach.has('overridden') &&
      reach.has('nested gate'),
  },
  {
    name: 'reason of a merging layer that hands over to an overridden experiment',
    reason:
      "Section 7: ours name the layer's, of which the override gives a part; there that of the override.",
    applies: ({ of, kind, field, theirs, ours, reach }) =>
      of === 'answer' &&
      kind === 'layer' &&
      field === 'reason' &&
      theirs === 'LocalOverride' &&
      ours === 'Recognized' &&
      reach.has('overridden') &&
      reach.has('delegate') &&
      reach.has('merging layer'),
  },
  {
    name: 'rulePassed of overrides',
    reason: 'Section 12: true, as in statsig-node; there false.',
    applies: ({ of, field, lines }) =>
      of === 'exposure' &&
      field === 'rulePassed' &&
      lines?.ours?.fields['ruleID'] === 'override' &&
      lines.theirs?.fields['rulePassed'] === 'false',
  },
  {
    name: 'ID type of what is unknown',
    reason: 'Ours say null, as in statsig-node.',
    applies: ({ of, field, ours, said }) =>
      of === 'answer' && field === 'idType' && ours === null && said.ours?.reason !== 'Recognized',
  },
  {
    name: 'rulePassed of experiments that were asked for on the way',
    reason: 'Sections 8 and 10: exposures that conditions and stores cause have none there.',
    applies: ({ of, field, theirs }) =>
      of === 'exposure' && field === 'rulePassed' && theirs === null,
  },
  {
    name: 'unsupported',
    reason: 'Section 3: ours say false and {}; there it is what the work so far left.',
    applies: (difference) =>
      isUnsupported(difference) && difference.of !== 'response' && saysNothing(difference),
  },
  {
    name: 'undelegated exposures of merging layers',
    reason: 'Section 7: ours have them, as core 0.24; 0.23 has none.',
    applies: ({ of, field, lines, theirs, reach }) =>
      of === 'exposure' &&
      field === 'secondary' &&
      reach.has('merging layer') &&
      lines?.theirs?.fields['isExplicitParameter'] === 'false' &&
      (theirs as string[]).length === 0,
  },
  {
    name: 'name of what stood in for a layer',
    reason: 'Section 6: exposures of layers have none; there those that a store causes do.',
    applies: ({ of, kind, field, ours }) =>
      of === 'exposure' && kind === 'layer' && field === 'overrideConfigName' && ours === null,
  },
  {
    name: 'activity of an experiment with gates',
    reason: 'Section 4: 0.23 leaves that of the last gate; 0.24 mends it.',
    applies: ({ of, field, reach }) =>
      of === 'response' &&
      ['is_experiment_active', 'is_user_in_experiment', 'ea', 'ue'].includes(field) &&
      reach.has('nested gate'),
  },
  {
    name: 'unsupported in responses',
    reason: 'Section 3: ours say {} and nothing else; there it is what the work so far left.',
    applies: ({ of, field, kind, ours, reach, entries, specs = [] }) =>
      of === 'response' &&
      reach.has('strange condition') &&
      ((isRefused(entries) &&
        // Beside what the layer of an experiment gives, and what was asked before its delegate.
        (['value', ...EXPOSURES].includes(field) ||
          // Its own again, also after a delegate was taken or asked.
          (['explicit_parameters', 'ep'].includes(field) &&
            isSame(ours ?? [], specs[0]?.explicitParameters ?? [])))) ||
        (UNSUPPORTED[field] === undefined
          ? ours === null || kind === 'layer'
          : UNSUPPORTED[field].includes(JSON.stringify(ours)))),
  },
  {
    name: 'parameters of the layer',
    reason:
      "Section 18: experiments that share parameters have the layer's defaults beneath, as in statsig-node.",
    applies: ({ of, kind, field, where, theirs, ours }) =>
      of === 'response' &&
      where.includes(' v1 ') &&
      kind === 'config' &&
      field === 'value' &&
      isWithin(theirs, ours),
  },
  {
    name: 'exposures of autotunes in init-v2',
    reason:
      'Section 18: hidden as all names and each once; there plain, and as often as they were met.',
    applies: ({ of, kind, field, where }) =>
      of === 'response' && where.includes('init-v2') && kind === 'experiment' && field === 's',
  },
  {
    name: 'name of what stood in, forgotten',
    reason:
      'Section 6: there it is when the target is mapped itself and none of its mappings applies.',
    applies: ({ of, field, theirs, reach }) =>
      of === 'exposure' && field === 'overrideConfigName' && theirs === null && reach.has('mapped'),
  },
  {
    name: 'name of what stood in within a gate that is remembered',
    reason:
      'Section 4: 0.23 remembers the answer of a gate within others, not what stood in for gates ' +
      'within it; 0.24 remembers no such gate.',
    applies: ({ of, field, theirs, ours, reach }) =>
      of === 'exposure' &&
      field === 'overrideConfigName' &&
      reach.has('mapped gate') &&
      theirs !== ours &&
      ours !== null,
  },
  {
    name: 'version of what has none',
    reason: 'Section 4: 0.23 leaves that of the last gate; 0.24 mends it.',
    applies: ({ field, ours, reach }) =>
      field === 'configVersion' && ours === null && reach.has('nested gate'),
  },
  {
    name: 'mapped delegate',
    reason: 'Section 6: leaves who delegates exposures, ID type and version; there they are lost.',
    applies: ({ field, reach }) =>
      ['secondary', ...EXPOSURES, ...OF_THE_SPEC].includes(field) && reach.has('mapped delegate'),
  },
  {
    name: 'ID type, version and explicit parameters of a mapped gate',
    reason: 'Section 4: 0.23 leaves those of the target on the parent; 0.24 mends it.',
    applies: ({ field, theirs, reach }) =>
      reach.has('mapped gate') &&
      // Who has no explicit parameters is shown in no layer.
      (['is_in_layer', 'il'].includes(field)
        ? theirs === null
        : [...OF_THE_SPEC, 'isExplicitParameter', 'explicit_parameters', 'ep'].includes(field)),
  },
  {
    name: 'rule of a merging layer with an autotune that came too late',
    reason: 'Section 7: the suffix of what the autotune explores is left on the rule there.',
    applies: ({ kind, field, theirs, ours, reach }) =>
      kind === 'layer' &&
      ['ruleID', 'rule_id', 'r'].includes(field) &&
      reach.has('autotune') &&
      // The shortest shape leaves `default` out.
      theirs === `${String(ours ?? 'default')}:explore`,
  },
  {
    name: 'unknown gate within another',
    reason: 'Section 4: 0.23 exposes it with the rule of the gate before; 0.24 mends it.',
    applies: ({ of, field, theirs, ours, reach, gates }) =>
      of === 'exposure' &&
      field === 'secondary' &&
      reach.has('unknown gate') &&
      (theirs as string[])
        .filter((text) => ![...gates.unknown].some((name) => text.startsWith(`${name}=`)))
        .join() === (ours as string[]).join(),
  },
  {
    name: 'unknown gate within another, in responses',
    reason: 'Section 4: as in events.',
    applies: ({ of, field, theirs, ours, reach, gates }) =>
      of === 'response' &&
      EXPOSURES.includes(field) &&
      reach.has('unknown gate') &&
      isSame(
        listOf(theirs).filter(({ gate }) => !gates.unknown.has(String(gate))),
        ours ?? [],
      ),
  },
  {
    name: 'undelegated exposures of a layer with a mapped, unknown or overridden gate',
    reason: 'Section 4: 0.23 has those of the gate, or none; 0.24 mends it.',
    applies: ({ of, kind, field, lines, reach }) =>
      of === 'exposure' &&
      kind === 'layer' &&
      field === 'secondary' &&
      lines?.theirs?.fields['isExplicitParameter'] === 'false' &&
      (reach.has('mapped gate') ||
        reach.has('unknown gate') ||
        (reach.has('overridden') && reach.has('nested gate'))),
  },
  {
    name: 'unsupported, forgotten',
    reason:
      'Section 4: 0.23 forgets it when a mapping of a nested gate does not apply, or when one is ' +
      'overridden; 0.24 mends it.',
    applies: ({ of, said, reach }) =>
      of !== 'response' &&
      // Who asks for the group of such an experiment gets one there, and goes another way.
      ((said.ours?.reason === 'Unsupported' && saysNothing({ said })) ||
        reach.has('group condition')) &&
      reach.has('strange condition') &&
      (reach.has('mapped') || (reach.has('overridden') && said.theirs?.reason === 'LocalOverride')),
  },
  {
    name: 'group conditions in responses',
    reason: 'Section 8: unsupported in 0.23, evaluated in 0.24.',
    applies: ({ of, reach }) => of === 'response' && reach.has('group condition'),
  },
  {
    name: "statsig-node's shape of responses",
    reason:
      'Section 18: layers have no ID type in it, configs their parameters, group and layer, and ' +
      'there is no hash of private attributes.',
    applies: ({ of, kind, field, where, ours, theirs, specs = [] }) =>
      of === 'response' &&
      where.includes(' v1 ') &&
      (field === 'pa_hash' ||
        (kind === 'layer' && field === 'id_type' && ours === null) ||
        (theirs === null &&
          ((kind === 'config' && field === 'explicit_parameters') ||
            (specs[0]?.entity === 'dynamic_config' &&
              ['explicit_parameters', 'group_name'].includes(field))))),
  },
  {
    name: 'undelegated exposures of merging layers in responses',
    reason: 'Section 7: as in events.',
    applies: ({ of, field, reach }) =>
      of === 'response' &&
      reach.has('merging layer') &&
      (field === 'undelegated_secondary_exposures' || field === 'us'),
  },
  {
    name: 'layer of a config that delegates',
    reason: 'Section 5: that of the experiment that answered; there its own as well.',
    applies: ({ of, kind, field, theirs, reach }) =>
      of === 'response' &&
      kind === 'config' &&
      field === 'is_in_layer' &&
      theirs === true &&
      reach.has('delegate'),
  },
];
