/**
 * Entries in the newer SDK's two shapes (SERVER_CORE.md 7.3, 7.4): exposures by key, and short keys
 * with shared tables. Mirrors `bootstrap/modern.rs`.
 */

import { type SecondaryExposure, SpecKind } from '../engine';
import { isDeviceBased, valueText } from './bootstrap-entry';
import type { Request } from './bootstrap-request';
import type { Shown } from './bootstrap-results';
import { djb2 } from './hashing';
import { type ExposureList, exposuresJson } from './outcome';
import type { Spec } from './store';

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

  constructor(private readonly request: Request) {}

  /** `{…}` without its key. */
  entry(keyJson: string, shown: Shown): string {
    const fields =
      this.request.format === 'init-v2' ? this.short(shown) : this.long(keyJson, shown);
    const present = fields.filter(([, value]) => value !== undefined);
    return `{${present.map(([field, value]) => `"${field}":${value!}`).join(',')}}`;
  }

  /** Members for the end of the maps. */
  tables(): string {
    if (this.request.format === 'init-v2') {
      return `"exposures":${this.exposures.json()},"values":${this.values.json()},"response_format":"init-v2"`;
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
    if (!isGate) fields.push(['is_device_based', String(isDeviceBased(spec))]);
    fields.push(['secondary_exposures', this.keys(found.exposures)]);
    if (spec.kind === SpecKind.Config) fields.push(...longConfig(shown));
    if (spec.kind === SpecKind.Layer) fields.push(...this.longLayer(shown));
    fields.push(['id_type', this.idType(spec)]);
    return fields;
  }

  private longLayer({ spec, found, isAllocated, delegate, delegateGroup }: Shown): Fields {
    return [
      ['group_name', text(delegateGroup || found.at.groupName)],
      ['explicit_parameters', explicitOf(found.at.configDelegate ? delegate : spec)],
      ...(found.at.configDelegate
        ? ([
            ['allocated_experiment_name', text(this.request.hash(found.at.configDelegate))],
            ['is_experiment_active', String(delegate?.isActive ?? false)],
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
      ['i', this.idType(spec)],
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

  private shortLayer({ spec, found, isAllocated, delegate, delegateGroup }: Shown): Fields {
    const fields: Fields = [['gn', text(delegateGroup || found.at.groupName)]];
    if (found.at.configDelegate) {
      fields.push(['ea', String(delegate?.isActive ?? false)], ['ue', String(isAllocated)]);
      fields.push(['ae', text(this.request.hash(found.at.configDelegate))]);
    }
    const explicit = explicitOf(found.at.configDelegate ? delegate : spec);
    fields.push(
      ['ep', explicit === '[]' ? undefined : explicit],
      ['us', this.indexes(found.undelegated)],
    );
    return fields;
  }

  /** What JSON says nothing of (an infinite number, too) is left out. */
  private idType({ idType }: Spec): string | undefined {
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

function longConfig({ spec, found, isAllocated }: Shown): Fields {
  if (spec.entity === 'dynamic_config') return [['passed', String(found.value === true)]];
  const fields: Fields = [['group_name', text(found.at.groupName)]];
  if (spec.hasSharedParams)
    fields.push(['is_in_layer', 'true'], ['explicit_parameters', explicitOf(spec)]);
  if (spec.entity !== 'autotune') {
    fields.push(
      ['is_user_in_experiment', String(isAllocated)],
      ['is_experiment_active', String(spec.isActive)],
    );
  }
  return fields;
}

function shortConfig({ spec, found, isAllocated }: Shown): Fields {
  if (spec.entity === 'dynamic_config') return [['p', String(found.value === true)]];
  const group: Fields = [['gn', text(found.at.groupName)]];
  if (spec.entity === 'autotune') return group;
  return [...group, ['ea', String(spec.isActive)], ['ue', String(isAllocated)]];
}

function gateValue({ gateValue: value }: Shown): string {
  return JSON.stringify(value) ?? 'null';
}

function explicitOf(spec: Spec | null): string {
  return JSON.stringify(spec?.explicitParameters ?? []);
}

function text(value: string | null): string | undefined {
  return value === null ? undefined : JSON.stringify(value);
}
