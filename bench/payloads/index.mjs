// Names of projects and what they hold. `text(project, version)` is what the local server sends.
import { existsSync, readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { flags, toStatsig } from './flags.mjs';
import { newerNames, withNewer } from './newer.mjs';
import { emptyProject, mixedProject, toV2 } from './statsig.mjs';

const real = (version) =>
  fileURLToPath(new URL(`../../../shared/data/eval_project.dcs-v${version}.json`, import.meta.url));
export const hasReal = () => existsSync(real(1)) && existsSync(real(2));

const total = (specs) => ({
  gates: Math.round(specs * 0.55),
  configs: Math.round(specs * 0.18),
  experiments: Math.round(specs * 0.18),
  layers: Math.round(specs * 0.09),
});

/** A million members; statsig keeps the first eight characters of the base64 SHA-256 of an ID. */
export const ID_LIST = { name: 'bench_list', size: 1_000_000 };
export const listMember = (index) => `member-${index}`;
export const listLine = (id) =>
  `+${createHash('sha256').update(id).digest('base64').slice(0, 8)}\n`;

function idListProject() {
  const rule = {
    name: 'in',
    id: 'in',
    salt: 'in',
    passPercentage: 100,
    returnValue: true,
    idType: 'userID',
    groupName: null,
    conditions: [
      {
        type: 'unit_id',
        field: null,
        operator: 'in_segment_list',
        targetValue: ID_LIST.name,
        additionalValues: {},
        idType: 'userID',
      },
    ],
  };
  const gates = Array.from({ length: 20 }, (_, i) => ({
    name: `member_gate_${i}`,
    type: 'feature_gate',
    entity: 'feature_gate',
    salt: `m${i}`,
    enabled: true,
    defaultValue: false,
    idType: 'userID',
    rules: [rule],
  }));
  return emptyProject(gates);
}

const builders = {
  specs150: () => mixedProject(total(150)),
  /** Served as dcs-v2 to everyone. */
  newer: () => mixedProject(total(150)),
  specs1500: () => mixedProject(total(1500)),
  specs3000: () => mixedProject(total(3000)),
  gates150: () => mixedProject({ gates: 150, configs: 15, experiments: 15, layers: 10 }),
  gates1500: () => mixedProject({ gates: 1500, configs: 15, experiments: 15, layers: 10 }),
  flags1000: () => emptyProject(toStatsig(flags(1000))),
  flags2000: () => emptyProject(toStatsig(flags(2000))),
  specs5mb: () => mixedProject(total(3560)),
  specs50mb: () => mixedProject(total(35600)),
  idlist: idListProject,
  'idlist-none': idListProject,
};

/** Number of flags of the projects that every SDK can hold; 0 for Statsig-only projects. */
export const flagCount = (project) => Number(/^flags(\d+)$/.exec(project)?.[1] ?? 0);

const cache = new Map();
function remember(key, build) {
  if (!cache.has(key)) cache.set(key, build());
  return cache.get(key);
}

/**
 * The project as parsed dcs-v1. `real` is the shared recorded project; without it, specs150 stands
 * in.
 */
export function v1(project) {
  if (project === 'real')
    return hasReal()
      ? remember('real', () => JSON.parse(readFileSync(real(1), 'utf8')))
      : v1('specs150');
  return remember(project, builders[project]);
}

/** Wire text of a project, `version` 1 or 2. */
export function text(project, version) {
  if (project === 'real' && hasReal()) return readFileSync(real(version), 'utf8');
  if (project === 'newer') return JSON.stringify(withNewer(toV2(v1(project))));
  return JSON.stringify(version === 1 ? v1(project) : toV2(v1(project)));
}

/** A project of so many specs, as parsed dcs-v1. */
export const ofSpecs = (count) => mixedProject(total(count));

/**
 * Names of gates, configs, experiments, layers and one parameter of each that has one, in payload
 * order.
 */
export function names(project) {
  const data = v1(project);
  const withKey = (list) =>
    list.map((spec) => ({ name: spec.name, key: firstKey(spec) })).filter((entry) => entry.key);
  return {
    gates: data.feature_gates.filter((s) => s.entity !== 'holdout').map((s) => s.name),
    configs: withKey(data.dynamic_configs.filter((s) => s.entity === 'dynamic_config')),
    experiments: withKey(data.dynamic_configs.filter((s) => s.entity === 'experiment')),
    layers: withKey(data.layer_configs),
    ...(project === 'newer' ? newerNames() : {}),
  };
}

const firstKey = (spec) =>
  [spec.defaultValue, ...spec.rules.map((r) => r.returnValue)].flatMap((v) =>
    Object.keys(v && typeof v === 'object' ? v : {}),
  )[0];
