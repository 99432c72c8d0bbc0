/**
 * An application with generated types (`codegen --strict` of payload.json, beside this file as
 * flags.d.ts); type-checked, never run. What a directive expects is refused.
 */
import Statsig, { StatsigServer, checkGate, getConfig, type DynamicConfig } from 'statsig-node';
import { createTestStatsig } from 'statsig-node/testing';

const user = { userID: 'a-user' };
const server = new StatsigServer('secret-key');

export function names(): unknown[] {
  return [
    checkGate(user, 'new_checkout'),
    Statsig.checkGate(user, 'dark mode'),
    server.getFeatureGate(user, 'new_checkout').value,
    server.forUser(user).checkGate('new_checkout'),
    Statsig.checkGates(user, ['new_checkout']),
    Statsig.checkGateSync(user, 'new_checkout'),
    Statsig.getConfig(user, 'winner'),
    Statsig.getExperiment(user, 'winner'),
    // @ts-expect-error misspelt
    checkGate(user, 'new_chekout'),
    // @ts-expect-error misspelt
    Statsig.checkGate(user, 'new_chekout'),
    // @ts-expect-error misspelt
    server.checkGate(user, 'new_chekout'),
    // @ts-expect-error misspelt
    server.forUser(user).checkGate('new_chekout'),
    // @ts-expect-error misspelt
    Statsig.checkGates(user, ['new_chekout']),
    // @ts-expect-error a config is no gate
    Statsig.checkGate(user, 'limits'),
    // @ts-expect-error a gate is no config
    Statsig.getConfig(user, 'new_checkout'),
    // @ts-expect-error a config is no experiment
    Statsig.getExperiment(user, 'limits'),
    // @ts-expect-error misspelt
    Statsig.getLayer(user, 'searches'),
    // @ts-expect-error misspelt
    Statsig.getParameterStore(user, 'text'),
  ];
}

export async function testing(): Promise<unknown[]> {
  const statsig = await createTestStatsig((project) => [
    project.gate('new_checkout').on(),
    project.layer('search').experiments('button'),
    // @ts-expect-error misspelt
    project.gate('new_chekout'),
    // @ts-expect-error a config is no experiment
    project.experiment('limits'),
    // @ts-expect-error misspelt
    project.layer('search').experiments('buttn'),
  ]);
  return [
    statsig.exposuresOf('new_checkout'),
    // @ts-expect-error misspelt
    statsig.exposuresOf('new_chekout'),
  ];
}

export function parameters(): unknown[] {
  const limits = Statsig.getConfig(user, 'limits');
  const perMinute: number | string = limits.get('perMinute', 60);
  const label: string = limits.get('label', 'few');
  const hosts: string[] = limits.get('hosts', []);
  const extra: { deep: boolean } | null = limits.get('extra', null);
  const alsoLabel: string = getConfig(user, 'limits').get('label', 'few');
  const scoped: string = Statsig.forUser(user).getConfig('limits').get('label', 'few');
  const size: number = Statsig.getExperiment(user, 'button').get('size', 1);
  const layer = Statsig.getLayer(user, 'search');
  const ranking: string = layer.get('ranking', 'distance');
  const colour: string = layer.get('colour', 'grey');
  const texts = Statsig.getParameterStore(user, 'texts');
  const title: string = texts.get('title', 'Hello');
  const isOn: boolean | null = texts.get('isOn');
  const plain: DynamicConfig = limits;
  return [
    ...[
      perMinute,
      label,
      hosts,
      extra,
      alsoLabel,
      scoped,
      size,
      ranking,
      colour,
      title,
      isOn,
      plain,
    ],
    // @ts-expect-error a union
    limits.get('perMinute', 60).toFixed(2),
    // @ts-expect-error misspelt
    limits.get('perMinutes', 60),
    // @ts-expect-error a text
    limits.get('label', 1),
    // @ts-expect-error misspelt
    layer.get('rank', 'distance'),
    // @ts-expect-error a text
    texts.get('title', 1),
  ];
}

/** What the caller says wins over what was generated. */
export function said(): number {
  return Statsig.getConfig<{ perMinute: number }>(user, 'limits').get('perMinute', 60);
}
