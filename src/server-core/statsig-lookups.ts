/** What the specs say, whoever asks, under the newer SDK's names. */
import type { ExperimentGroups } from '../api/lookups';
import type { Experiment } from './results';
import { experimentOf } from './results-of';
import { StatsigEvents } from './statsig-events';

/** See the head of this file. Nothing is evaluated, logged or counted. */
export abstract class StatsigLookups extends StatsigEvents {
  /** The groups of an experiment, whoever asks; `{ groups: [] }` for what is none. */
  getExperimentGroups(experimentName: string): ExperimentGroups {
    return this.instance.getExperimentGroups(experimentName);
  }

  /** An experiment as users of a group see it; `{}` for an unknown group. Logs nothing. */
  getExperimentByGroupName(experimentName: string, groupName: string): Experiment {
    const config = this.instance.getExperimentByGroupName(experimentName, groupName);
    return experimentOf(config, this.instance.state);
  }

  /** An experiment as users of a group see it, by the ID of the group's rule. Logs nothing. */
  getExperimentByGroupIdAdvanced(experimentName: string, groupId: string): Experiment {
    const config = this.instance.getExperimentByGroupIdAdvanced(experimentName, groupId);
    return experimentOf(config, this.instance.state);
  }

  /** Fields of users that a gate looks at, where the specs say so. */
  getFieldsNeededForGate(gateName: string): string[] {
    return this.instance.getFieldsNeededForGate(gateName);
  }

  /** Fields of users that a dynamic config looks at, where the specs say so. */
  getFieldsNeededForDynamicConfig(configName: string): string[] {
    return this.instance.getFieldsNeededForDynamicConfig(configName);
  }

  /** Fields of users that an experiment looks at, where the specs say so. */
  getFieldsNeededForExperiment(experimentName: string): string[] {
    return this.instance.getFieldsNeededForExperiment(experimentName);
  }

  /** Fields of users that a layer looks at, where the specs say so. */
  getFieldsNeededForLayer(layerName: string): string[] {
    return this.instance.getFieldsNeededForLayer(layerName);
  }

  /** Names of the gates in the specs, without segments and holdouts. */
  getFeatureGateList(): string[] {
    return this.instance.gateNames();
  }

  /** Names of the dynamic configs in the specs. */
  getDynamicConfigList(): string[] {
    return this.instance.getDynamicConfigList();
  }

  /** Names of the experiments in the specs. */
  getExperimentList(): string[] {
    return this.instance.getExperimentList();
  }

  /** Names of the autotunes in the specs; contextual ones are in no list. */
  getAutotuneList(): string[] {
    return this.instance.getAutotuneList();
  }

  /** Names of the parameter stores in the specs. */
  getParameterStoreList(): string[] {
    return this.instance.getParameterStoreList();
  }

  /** Names of the layers in the specs. */
  getLayerList(): string[] {
    return this.instance.getLayerList();
  }
}
