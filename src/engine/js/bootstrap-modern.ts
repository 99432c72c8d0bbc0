/**
 * Entries in the newer SDK's two shapes (SERVER_CORE.md 7.3, 7.4): exposures by key, and short keys
 * with shared tables. Mirrors `bootstrap/modern.rs`.
 */

import { type SecondaryExposure, SpecKind } from '../engine';
import {
  explicitOfLayer,
  hasExplicitOfLayer,
  isDeviceBased,
  isLayerActive,
  sharedExplicit,
  valueText,
} from './bootstrap-entry';
import type { Request } from './bootstrap-request';
import type { Shown } from './bootstrap-results';
import { djb2 } from './hashing';
import { type ExposureList, exposuresJson } from './outcome';
import type { ShownSpec } from './shown-spec';
import type { Store } from './store';

/** Texts numbered in order of first use. */
class Numbered {
  private readonly ids = new Map<string, number>();

  id(text: string): number {
    const id = this.ids.get(text) ?? this.ids.size;
    this.ids.set(text, id);
    return id;
  }

  /** As a JSON object. */
  json(): string {
    return `{${[...this.ids.keys()].map((text, id) => `"${id}":${text}`).join(',')}}`;
  }
}

/** `"field":value` pairs; undefined values are left out. */
type Fields = [string, string | undefined][];

/** Writes the entries of one response and gathers its tables. */
export class ModernWriter {
  /** djb2 of `gate:value:rule` → exposure; keys sort as numbers. */
  private readonly mapped = new Map<string, string>();
  private readonly exposures = new Numbered();
  private readonly values = new Numbered();

  constructor(
    private readonly request: Request,
    private readonly store: Store,
  ) {}

  /** `{…}` without its key. */
  entry(keyJson: string, shown: Shown): string {
    const fields =
      this.request.format === 'init-v2' ? this.short(shown) : this.long(keyJson, shown);
    const present = fields.filter(([, value]) => value !== undefined);
    return `{${present.map(([field, value]) => `"${field}":${value}`).join(',')}}`;
  }

  /** Members for the end of the maps. */
  tables(): string {
    if (this.request.format === 'init-v2') {
      return (
        `"exposures":${this.exposures.json()},"values":${this.values.json()},` +
        '"response_format":"init-v2"'
      );
    }
    const entries = [...this.mapped].sort(([a], [b]) => Number(a) - Number(b));
    return `"exposures":{${entries.map(([key, text]) => `"${key}":${text}`).join(',')}}`;
  }

  private long(keyJson: string, shown: Shown): Fields {
    const { spec, found } = shown;
    const isGate = spec.kind === SpecKind.Gate;
    const fields: Fields = [
      ['name', keyJson],
      ['value', isGate ? gateValue(shown) : valueText(found)],
      ['rule_id', JSON.stringify(found.at.ruleID)],
    ];
    if (!isGate) fields.push(['is_device_based', String(isDeviceBased(shown.base))]);
    fields.push(['secondary_exposures', this.keys(found.exposures)]);
    if (spec.kind === SpecKind.Config) fields.push(...longConfig(shown, this.store));
    if (spec.kind === SpecKind.Layer) fields.push(...this.longLayer(shown));
    fields.push(['id_type', this.idType(shown.base)]);
    return fields;
  }

  private longLayer(shown: Shown): Fields {
    const { found, isAllocated, delegateGroup } = shown;
    return [
      ['group_name', text(delegateGroup || found.at.groupName)],
      ['explicit_parameters', explicitOfLayer(shown, this.store)],
      ...(found.at.configDelegate
        ? ([
            ['allocated_experiment_name', text(this.request.hash(found.at.configDelegate))],
            ['is_experiment_active', String(isLayerActive(shown, this.store))],
            ['is_user_in_experiment', String(isAllocated)],
          ] as Fields)
        : []),
      ['undelegated_secondary_exposures', this.keys(found.undelegated)],
    ];
  }

  private short(shown: Shown): Fields {
    const { spec, found } = shown;
    const fields: Fields = [
      ['r', found.at.ruleID === 'default' ? undefined : JSON.stringify(found.at.ruleID)],
      ['s', this.indexes(found.exposures)],
      ['i', this.idType(shown.base)],
    ];
    if (spec.kind === SpecKind.Gate) {
      const value = gateValue(shown);
      fields.push(['v', value === 'false' ? undefined : value]);
      return fields;
    }
    fields.push(['v', `"${this.values.id(valueText(found))}"`]);
    fields.push(...(spec.kind === SpecKind.Config ? shortConfig(shown) : this.shortLayer(shown)));
    return fields;
  }

  private shortLayer(shown: Shown): Fields {
    const { found, isAllocated, delegateGroup } = shown;
    const fields: Fields = [['gn', text(delegateGroup || found.at.groupName)]];
    if (found.at.configDelegate) {
      fields.push(['ea', String(isLayerActive(shown, this.store))], ['ue', String(isAllocated)]);
      fields.push(['ae', text(this.request.hash(found.at.configDelegate))]);
    }
    const hasExplicit = hasExplicitOfLayer(shown, this.store);
    fields.push(
      ['ep', hasExplicit ? explicitOfLayer(shown, this.store) : undefined],
      ['us', this.indexes(found.undelegated)],
    );
    return fields;
  }

  /** What JSON says nothing of (an infinite number, too) is left out. */
  private idType({ idType }: ShownSpec): string | undefined {
    const json = this.request.removesIdType ? undefined : JSON.stringify(idType);
    return json === 'null' ? undefined : json;
  }

  private keys(list: ExposureList): string {
    const keys = list.entries().map((exposure) => {
      const key = djb2(
        `${this.request.hash(exposure.gate)}:${exposure.gateValue}:${exposure.ruleID}`,
      );
      if (!this.mapped.has(key)) this.mapped.set(key, this.exposure(exposure));
      return `"${key}"`;
    });
    return `[${keys.join(',')}]`;
  }

  private indexes(list: ExposureList): string | undefined {
    const indexes = list
      .entries()
      .map((exposure) => `"${this.exposures.id(this.exposure(exposure))}"`);
    return indexes.length === 0 ? undefined : `[${indexes.join(',')}]`;
  }

  private exposure(exposure: SecondaryExposure): string {
    return exposuresJson([exposure], this.request.hash).slice(1, -1);
  }
}

function longConfig(shown: Shown, store: Store): Fields {
  const { spec, found, isAllocated, answer } = shown;
  if (spec.entity === 'dynamic_config') return [['passed', String(found.value === true)]];
  const fields: Fields = [['group_name', text(found.at.groupName)]];
  const { explicitParameters } = found.at;
  if (answer.hasSharedParams) fields.push(['is_in_layer', 'true']);
  if (store.dialect.showsAnswers ? explicitParameters !== null : answer.hasSharedParams)
    fields.push(['explicit_parameters', sharedExplicit(shown, store)]);
  if (spec.entity !== 'autotune') {
    fields.push(
      ['is_user_in_experiment', String(isAllocated)],
      ['is_experiment_active', String(answer.isActive)],
    );
  }
  return fields;
}

function shortConfig({ spec, found, isAllocated, answer }: Shown): Fields {
  if (spec.entity === 'dynamic_config') return [['p', String(found.value === true)]];
  const group: Fields = [['gn', text(found.at.groupName)]];
  if (spec.entity === 'autotune') return group;
  return [...group, ['ea', String(answer.isActive)], ['ue', String(isAllocated)]];
}

function gateValue({ gateValue: value }: Shown): string {
  return JSON.stringify(value) ?? 'null';
}

function text(value: string | null): string | undefined {
  return value === null ? undefined : JSON.stringify(value);
}
