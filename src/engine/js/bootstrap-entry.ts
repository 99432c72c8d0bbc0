/** Entries in statsig-node's shape (BEHAVIOUR.md 6.3). Mirrors `bootstrap/entry.rs`. */

import { SpecKind } from '../engine';
import type { Request } from './bootstrap-request';
import type { Shown } from './bootstrap-source';
import type { JsonObject } from './js-semantics';
import type { Result } from './outcome';
import type { Spec, Store } from './store';

/** `{…}` without its key. */
export function legacyEntry(keyJson: string, shown: Shown, request: Request, store: Store): string {
  const { kind } = shown.spec;
  if (kind === SpecKind.Gate) return gate(keyJson, shown, request);
  return kind === SpecKind.Config
    ? config(keyJson, shown, request, store)
    : layer(keyJson, shown, request);
}

function gate(keyJson: string, { spec, result, gateValue }: Shown, request: Request): string {
  const idType =
    spec.idType === undefined || request.removesIdType
      ? ''
      : `,"id_type":${JSON.stringify(spec.idType)}`;
  return (
    `{"name":${keyJson},"value":${JSON.stringify(gateValue) ?? 'null'},"rule_id":${JSON.stringify(result.end.ruleID)},` +
    `"secondary_exposures":${result.exposures.text(request.algorithm, request.hash)}${idType}}`
  );
}

function config(
  keyJson: string,
  { spec, result, isAllocated }: Shown,
  request: Request,
  store: Store,
): string {
  const isExperiment = spec.entity !== 'dynamic_config' && spec.entity !== 'autotune';
  const isShared = isExperiment && spec.hasSharedParams;
  const value = isShared ? withLayerDefaults(spec, result, store) : valueText(result);
  const explicit = result.end.explicitParameters;
  let text = block(keyJson, spec, result, value, request) + group(result.end.groupName);
  const explicitText = JSON.stringify(isShared ? (spec.explicitParameters ?? []) : explicit);
  if (explicit !== null) text += `,"explicit_parameters":${explicitText}`;
  if (!request.removesIdType) text += `,"id_type":${JSON.stringify(spec.idType ?? null)}`;
  if (spec.entity === 'dynamic_config') text += `,"passed":${result.value === true}`;
  if (isExperiment)
    text += `,"is_user_in_experiment":${isAllocated},"is_experiment_active":${spec.isActive}`;
  if (isShared) text += ',"is_in_layer":true';
  if (isShared && explicit === null) text += `,"explicit_parameters":${explicitText}`;
  return `${text}}`;
}

function layer(
  keyJson: string,
  { spec, result, isAllocated, delegate, delegateGroup }: Shown,
  request: Request,
): string {
  const delegateName = result.end.configDelegate ?? '';
  let text = block(keyJson, spec, result, valueText(result), request);
  if (result.end.groupName !== null)
    text += group(delegateGroup === '' ? result.end.groupName : delegateGroup);
  const explicit = delegateName === '' ? spec.explicitParameters : delegate?.explicitParameters;
  text += `,"explicit_parameters":${JSON.stringify(explicit ?? [])}`;
  if (result.end.groupName === null && delegateGroup !== '') text += group(delegateGroup);
  if (delegateName !== '') {
    text +=
      `,"allocated_experiment_name":${JSON.stringify(request.hash(delegateName))}` +
      `,"is_experiment_active":${delegate?.isActive ?? false},"is_user_in_experiment":${isAllocated}`;
  }
  return `${text},"undelegated_secondary_exposures":${result.undelegated.text(request.algorithm, request.hash)}}`;
}

/** The fields that configs and layers begin with. */
function block(
  keyJson: string,
  spec: Spec,
  result: Result,
  value: string,
  request: Request,
): string {
  const rule = JSON.stringify(result.end.ruleID);
  return (
    `{"name":${keyJson},"value":${value},"group":${rule},"rule_id":${rule},"is_device_based":${isDeviceBased(spec)},` +
    `"secondary_exposures":${result.exposures.text(request.algorithm, request.hash)}`
  );
}

function withLayerDefaults(spec: Spec, result: Result, { experimentLayers, specs }: Store): string {
  const name = experimentLayers.get(spec.name);
  const defaults =
    name === undefined ? undefined : specs[SpecKind.Layer].get(name)?.defaultBox.value;
  const value = result.isUnsupported ? {} : result.end.box.value;
  return JSON.stringify({ ...(defaults as JsonObject | undefined), ...(value as JsonObject) });
}

export function isDeviceBased({ idType }: Spec): boolean {
  return typeof idType === 'string' && idType.toLowerCase() === 'stableid';
}

export function valueText(result: Result): string {
  return result.isUnsupported ? '{}' : result.end.box.text();
}

function group(name: string | null): string {
  return name === null ? '' : `,"group_name":${JSON.stringify(name)}`;
}
