/** What users get of a project, as data. */
import type { Server } from '../api/server';
import type { StatsigUser } from '../types/user';
import type { Kind, Spec } from './payload';

export interface Checked {
  name: string;
  kind: Kind;
  value: unknown;
  rule: string;
  group: string | null;
  reason: string;
}

/** Without an exposure. Layers give the parameters of their default value and rule. */
export function checkedOf(
  server: Server,
  user: object,
  { name, kind, isContextual }: Pick<Spec, 'name' | 'kind' | 'isContextual'>,
): Checked {
  const quiet = { disableExposureLogging: true };
  const whom = user as StatsigUser;
  if (kind === 'gate') {
    const { value, ruleID, groupName, evaluationDetails } = server.getFeatureGate(
      whom,
      name,
      quiet,
    );
    return {
      name,
      kind,
      value,
      rule: ruleID,
      group: groupName,
      reason: evaluationDetails?.reason ?? '',
    };
  }
  const result =
    kind === 'layer'
      ? server.getLayer(whom, name, quiet)
      : isContextual
        ? server.getExperiment(whom, name, quiet)
        : server.getConfig(whom, name, quiet);
  const value = 'value' in result ? result.value : JSON.parse(JSON.stringify(result))._value;
  return {
    name,
    kind,
    value,
    rule: result.getRuleID(),
    group: result.getGroupName(),
    reason: result.getEvaluationDetails()?.reason ?? '',
  };
}

/** All parameters of a parameter store, by name. Without an exposure. */
export function storeValueOf(server: Server, user: object, name: string): Record<string, unknown> {
  const store = server.getParameterStore(user as StatsigUser, name, {
    disableExposureLogging: true,
  });
  return Object.fromEntries(store.names().map((key) => [key, store.get(key)]));
}
