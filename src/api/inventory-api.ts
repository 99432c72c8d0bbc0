/** What there is in the specs: names of every kind. */
import { SpecKind } from '../engine/engine';
import { OperationsApi } from './operations-api';

/** See the head of this file. */
export abstract class InventoryApi extends OperationsApi {
  /** Names of all gates, segments and holdouts included. */
  getFeatureGateList(): string[] {
    return this.runtime.engineHost.query((engine) => engine.specNames(SpecKind.Gate, ''));
  }

  /** Names of all dynamic configs. */
  getDynamicConfigList(): string[] {
    return this.runtime.engineHost.query((engine) =>
      engine.specNames(SpecKind.Config, 'dynamic_config'),
    );
  }

  /** Names of all experiments. */
  getExperimentList(): string[] {
    return this.runtime.engineHost.query((engine) =>
      engine.specNames(SpecKind.Config, 'experiment'),
    );
  }

  /** Names of all autotune experiments. */
  getAutotuneList(): string[] {
    return this.runtime.engineHost.query((engine) => engine.specNames(SpecKind.Config, 'autotune'));
  }

  /** Names of all layers. */
  getLayerList(): string[] {
    return this.runtime.engineHost.query((engine) => engine.specNames(SpecKind.Layer, ''));
  }

  /** Names of all parameter stores. */
  getParameterStoreList(): string[] {
    return Object.keys(this.runtime.engineHost.facts.parameterStores());
  }
}
