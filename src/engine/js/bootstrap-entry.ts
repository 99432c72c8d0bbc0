/** Entries in statsig-node's shape (BEHAVIOUR.md 6.3). Mirrors `bootstrap/entry.rs`. */

import { SpecKind } from '../engine';
import type { Request } from './bootstrap-request';
import type { Shown } from './bootstrap-results';
import type { JsonObject } from './js-semantics';
import type { Found } from './outcome';
import type { ShownSpec } from './shown-spec';
import type { Spec, Store } from './store';

/** `{…}` without its key. */
export function legacyEntry(keyJson: string, shown: Shown, request: Request, store: Store): string {
  const { kind } = shown.spec;
  if (kind === SpecKind.Gate) return gate(keyJson, shown, request);
  return kind === SpecKind.Config
    ? config(keyJson, shown, request, store)
    : layer(keyJson, shown, request, store);
}

function gate(keyJson: string, { base, found, gateValue }: Shown, request: Request): string {
  const idType =
    base.idType === undefined || request.removesIdType
      ? ''
      : `,"id_type":${JSON.stringify(base.idType)}`;
  return (
    `{"name":${keyJson},"value":${JSON.stringify(gateValue) ?? 'null'},"rule_id":` +
    `${JSON.stringify(found.at.ruleID)},` +
    `"secondary_exposures":${found.exposures.text(request.algorithm, request.hash)}${idType}}`
  );
}

function config(keyJson: string, shown: Shown, request: Request, store: Store): string {
  const { spec, found, isAllocated, base, answer } = shown;
  const isExperiment = spec.entity !== 'dynamic_config' && spec.entity !== 'autotune';
  const isShared = isExperiment && answer.hasSharedParams;
  const value = isShared ? withLayerDefaults(spec, found, store) : valueText(found);
  const explicit = found.at.explicitParameters;
  let text = block(keyJson, shown, value, request) + group(found.at.groupName);
  const explicitText = isShared ? sharedExplicit(shown, store) : JSON.stringify(explicit);
  if (explicit !== null) text += `,"explicit_parameters":${explicitText}`;
  if (!request.removesIdType) text += `,"id_type":${JSON.stringify(base.idType ?? null)}`;
  if (spec.entity === 'dynamic_config') text += `,"passed":${found.value === true}`;
  if (isExperiment)
    text += `,"is_user_in_experiment":${isAllocated},"is_experiment_active":${answer.isActive}`;
  // What stands in for an autotune may be in a layer; an autotune of dcs-v1 never is.
  const isAutotune = store.dialect.showsAnswers && spec.entity === 'autotune';
  if (isShared || (isAutotune && answer.hasSharedParams)) text += ',"is_in_layer":true';
  if (isShared && explicit === null) text += `,"explicit_parameters":${explicitText}`;
  return `${text}}`;
}

function layer(keyJson: string, shown: Shown, request: Request, store: Store): string {
  const { found, isAllocated, delegateGroup } = shown;
  const delegateName = found.at.configDelegate ?? '';
  let text = block(keyJson, shown, valueText(found), request);
  if (found.at.groupName !== null)
    text += group(delegateGroup === '' ? found.at.groupName : delegateGroup);
  text += `,"explicit_parameters":${explicitOfLayer(shown, store)}`;
  if (found.at.groupName === null && delegateGroup !== '') text += group(delegateGroup);
  if (delegateName !== '') {
    text +=
      `,"allocated_experiment_name":${JSON.stringify(request.hash(delegateName))}` +
      `,"is_experiment_active":${isLayerActive(shown, store)},` +
      `"is_user_in_experiment":${isAllocated}`;
  }
  const undelegated = found.undelegated.text(request.algorithm, request.hash);
  text += `,"undelegated_secondary_exposures":${undelegated}`;
  const { parameterRuleIDs } = found.at;
  if (parameterRuleIDs !== null)
    text += `,"parameter_rule_ids":${JSON.stringify(parameterRuleIDs)}`;
  return `${text}}`;
}

/** The parameters that a layer lists as explicit. */
export function explicitOfLayer({ spec, found, delegate }: Shown, { dialect }: Store): string {
  const own = found.at.configDelegate ? delegate : spec;
  // What answers nothing, or is overridden, shows its own.
  const isAnswered = dialect.showsAnswers && found.at.reason === null;
  const list = isAnswered ? found.at.explicitParameters : own?.explicitParameters;
  return JSON.stringify(list ?? []);
}

/** Whether there are any, be it an empty list, to the shortest shape. */
export function hasExplicitOfLayer(shown: Shown, store: Store): boolean {
  const { reason, explicitParameters } = shown.found.at;
  const isAnswered = store.dialect.showsAnswers && reason === null;
  return (isAnswered && explicitParameters !== null) || explicitOfLayer(shown, store) !== '[]';
}

/** Those of a config that shares its parameters: its own if it cannot be evaluated. */
export function sharedExplicit({ spec, found }: Shown, { dialect }: Store): string {
  const { explicitParameters, reason } = found.at;
  const isAnswered = dialect.showsAnswers && reason !== 'Unsupported';
  const list = isAnswered ? explicitParameters : spec.explicitParameters;
  return JSON.stringify(list ?? []);
}

/** Whether the experiment of a layer is active. */
export function isLayerActive({ answer, delegate }: Shown, { dialect }: Store): boolean {
  return dialect.showsAnswers ? answer.isActive : (delegate?.isActive ?? false);
}

/** The fields that configs and layers begin with. */
function block(keyJson: string, { base, found }: Shown, value: string, request: Request): string {
  const rule = JSON.stringify(found.at.ruleID);
  return (
    `{"name":${keyJson},"value":${value},"group":${rule},"rule_id":${rule},` +
    `"is_device_based":${isDeviceBased(base)},` +
    `"secondary_exposures":${found.exposures.text(request.algorithm, request.hash)}`
  );
}

function withLayerDefaults(spec: Spec, found: Found, { experimentLayers, specs }: Store): string {
  const name = experimentLayers.get(spec.name);
  const defaults =
    name === undefined ? undefined : specs[SpecKind.Layer].get(name)?.defaultBox.value;
  const value = found.isUnsupported ? {} : found.at.box.value;
  return JSON.stringify({ ...(defaults as JsonObject | undefined), ...(value as JsonObject) });
}

export function isDeviceBased({ idType }: ShownSpec): boolean {
  return typeof idType === 'string' && idType.toLowerCase() === 'stableid';
}

export function valueText(found: Found): string {
  return found.isUnsupported ? '{}' : found.at.box.text();
}

function group(name: string | null): string {
  return name === null ? '' : `,"group_name":${JSON.stringify(name)}`;
}
