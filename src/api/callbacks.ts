/** The options `evaluationCallback` and `evaluationCallbacks` (BEHAVIOUR.md 10). */
import type { Verdict } from '../answers/verdict';
import { contained } from '../observability/error-boundary';
import { exposureEvent, layerExposureEvent, loggedUserOf } from '../results/log-event';
import type { DynamicConfig, FeatureGate, Layer } from '../results/results';
import type { StatsigUser } from '../types/user';
import type { CallParts } from './call-parts';
import type { Call } from './calls';

/** See the head of this file. What a callback throws stays there (Q5). */
export class Callbacks {
  constructor(private readonly parts: CallParts) {}

  everyone(result: FeatureGate | DynamicConfig | Layer): void {
    const { evaluationCallback } = this.parts.options;
    if (evaluationCallback !== null) {
      contained(this.parts.logger, 'evaluationCallback', () => evaluationCallback(result));
    }
  }

  gate(gate: FeatureGate, verdict: Verdict, user: StatsigUser): void {
    const { gateCallback } = this.parts.options.evaluationCallbacks;
    if (gateCallback !== undefined) {
      contained(this.parts.logger, 'gateCallback', () =>
        gateCallback(gate, user, exposureEvent(verdict, this.loggedUser(user))),
      );
    }
  }

  config(config: DynamicConfig, verdict: Verdict, user: StatsigUser, call: Call): void {
    const name = call.configCallback ?? 'dynamicConfigCallback';
    const callback = this.parts.options.evaluationCallbacks[name];
    if (callback !== undefined) {
      contained(this.parts.logger, name, () =>
        callback(config, user, exposureEvent(verdict, this.loggedUser(user))),
      );
    }
  }

  layer(layer: Layer, user: StatsigUser): void {
    const { layerCallback } = this.parts.options.evaluationCallbacks;
    if (layerCallback !== undefined) {
      contained(this.parts.logger, 'layerCallback', () => layerCallback(layer, user));
    }
  }

  parameter(layer: Layer, parameter: string, verdict: Verdict, user: StatsigUser): void {
    const { layerParamCallback } = this.parts.options.evaluationCallbacks;
    if (layerParamCallback !== undefined) {
      contained(this.parts.logger, 'layerParamCallback', () =>
        layerParamCallback(
          layer,
          parameter,
          user,
          layerExposureEvent(verdict, parameter, this.loggedUser(user)),
        ),
      );
    }
  }

  private loggedUser(user: StatsigUser): StatsigUser | null {
    const told = this.parts.engineHost.asEvaluated(user) as StatsigUser;
    return loggedUserOf(told, this.parts.applier.environmentRule);
  }
}
