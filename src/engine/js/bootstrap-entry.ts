/** Entries in statsig-node's shape (BEHAVIOUR.md 6.3). Mirrors `bootstrap/entry.rs`. */

import { SpecKind } from '../engine';
import type { Request } from './bootstrap-request';
import type { Shown } from './bootstrap-results';
import type { JsonObject } from './js-semantics';
import type { Found } from './outcome';
import type { Spec, Store } from './store';

/** `{…}` without its key. */
export function legacyEntry(keyJson: string, shown: Shown, request: Request, store: Store): string {
  const { kind } = shown.spec;
  if (kind === SpecKind.Gate) return gate(keyJson, shown, request);
  return kind === SpecKind.Config
    ? config(keyJson, shown, request, store)
    : layer(keyJson, shown, request);
}

function gate(keyJson: string, { spec, found, gateValue }: Shown, request: Request): string {
  const idType =
    spec.idType === undefined || request.removesIdType
      ? ''
      : `,"id_type":${JSON.stringify(spec.idType)}`;
  return (
    `{"name":${keyJson},"value":${JSON.stringify(gateValue) ?? 'null'},"rule_id":${JSON.stringify(found.at.ruleID)},` +
    `"secondary_exposures":${found.exposures.text(request.algorithm, request.hash)}${idType}}`
  );
}

function config(
  keyJson: string,
  { spec, found, isAllocated }: Shown,
  request: Request,
  store: Store,
): string {
  const isExperiment = spec.entity !== 'dynamic_config' && spec.entity !== 'autotune';
  const isShared = isExperiment && spec.hasSharedParams;
  const value = isShared ? withLayerDefaults(spec, found, store) : valueText(found);
  const explicit = found.at.explicitParameters;
  let text = block(keyJson, spec, found, value, request) + group(found.at.groupName);
  const explicitText = JSON.stringify(isShared ? (spec.explicitParameters ?? []) : explicit);
  if (explicit !== null) text += `,"explicit_parameters":${explicitText}`;
  if (!request.removesIdType) text += `,"id_type":${JSON.stringify(spec.idType ?? null)}`;
  if (spec.entity === 'dynamic_config') text += `,"passed":${found.value === true}`;
  if (isExperiment)
    text += `,"is_user_in_experiment":${isAllocated},"is_experiment_active":${spec.isActive}`;
  if (isShared) text += ',"is_in_layer":true';
  if (isShared && explicit === null) text += `,"explicit_parameters":${explicitText}`;
  return `${text}}`;
}

function layer(
  keyJson: string,
  { spec, found, isAllocated, delegate, delegateGroup }: Shown,
  request: Request,
): string {
  const delegateName = found.at.configDelegate ?? '';
  let text = block(keyJson, spec, found, valueText(found), request);
  if (found.at.groupName !== null)
    text += group(delegateGroup === '' ? found.at.groupName : delegateGroup);
  const explicit = delegateName === '' ? spec.explicitParameters : delegate?.explicitParameters;
  text += `,"explicit_parameters":${JSON.stringify(explicit ?? [])}`;
  if (found.at.groupName === null && delegateGroup !== '') text += group(delegateGroup);
  if (delegateName !== '') {
    text +=
      `,"allocated_experiment_name":${JSON.stringify(request.hash(delegateName))}` +
      `,"is_experiment_active":${delegate?.isActive ?? false},"is_user_in_experiment":${isAllocated}`;
  }
  return `${text},"undelegated_secondary_exposures":${found.undelegated.text(request.algorithm, request.hash)}}`;
}

/** The fields that configs and layers begin with. */
function block(keyJson: string, spec: Spec, found: Found, value: string, request: Request): string {
  const rule = JSON.stringify(found.at.ruleID);
  return (
    `{"name":${keyJson},"value":${value},"group":${rule},"rule_id":${rule},"is_device_based":${isDeviceBased(spec)},` +
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

export function isDeviceBased({ idType }: Spec): boolean {
  return typeof idType === 'string' && idType.toLowerCase() === 'stableid';
}

export function valueText(found: Found): string {
  return found.isUnsupported ? '{}' : found.at.box.text();
}

function group(name: string | null): string {
  return name === null ? '' : `,"group_name":${JSON.stringify(name)}`;
}
