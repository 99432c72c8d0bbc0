/** What there is in the specs: names of every kind. */
import { SpecKind } from '../engine/engine';
import type { EngineHost } from '../engine-host/engine-host';

/** See the head of this file. */
export interface InventoryCalls {
  /** Names of all gates, segments and holdouts included. */
  getFeatureGateList(): string[];

  /** Names of all dynamic configs. */
  getDynamicConfigList(): string[];

  /** Names of all experiments. */
  getExperimentList(): string[];

  /** Names of all autotune experiments. */
  getAutotuneList(): string[];

  /** Names of all layers. */
  getLayerList(): string[];

  /** Names of all parameter stores. */
  getParameterStoreList(): string[];
}

/** The calls on one life. */
export class Inventory implements InventoryCalls {
  constructor(private readonly host: EngineHost) {}

  getFeatureGateList(): string[] {
    return this.host.query((engine) => engine.specNames(SpecKind.Gate, ''));
  }

  getDynamicConfigList(): string[] {
    return this.host.query((engine) => engine.specNames(SpecKind.Config, 'dynamic_config'));
  }

  getExperimentList(): string[] {
    return this.host.query((engine) => engine.specNames(SpecKind.Config, 'experiment'));
  }

  getAutotuneList(): string[] {
    return this.host.query((engine) => engine.specNames(SpecKind.Config, 'autotune'));
  }

  getLayerList(): string[] {
    return this.host.query((engine) => engine.specNames(SpecKind.Layer, ''));
  }

  getParameterStoreList(): string[] {
    return Object.keys(this.host.facts.parameterStores());
  }
}
