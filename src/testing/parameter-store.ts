import type { ConfigName, ExperimentName, GateName, LayerName } from '../types/flags';
import type { Json } from './rules';

/** A parameter store: parameters that are constants, or come from elsewhere in the project. */
export class TestParameterStore {
  private readonly parameters = new Map<string, Json>();

  /** Parameters that are the same for everybody. */
  values(values: Json): this {
    for (const [parameter, value] of Object.entries(values))
      this.parameters.set(parameter, { ref_type: 'static', param_type: typeOf(value), value });
    return this;
  }

  /** A parameter that is `pass` for who passes the gate, `fail` for the others. */
  fromGate(parameter: string, gate: GateName, pass: unknown, fail: unknown): this {
    const values = { pass_value: pass, fail_value: fail };
    return this.from(parameter, { ref_type: 'gate', gate_name: gate, ...values }, typeOf(pass));
  }

  /** A parameter that is `key` of a dynamic config. */
  fromConfig(parameter: string, config: ConfigName, key: string): this {
    return this.from(parameter, {
      ref_type: 'dynamic_config',
      config_name: config,
      param_name: key,
    });
  }

  /** A parameter that is `key` of an experiment. */
  fromExperiment(parameter: string, experiment: ExperimentName, key: string): this {
    return this.from(parameter, {
      ref_type: 'experiment',
      experiment_name: experiment,
      param_name: key,
    });
  }

  /** A parameter that is `key` of a layer. */
  fromLayer(parameter: string, layer: LayerName, key: string): this {
    return this.from(parameter, { ref_type: 'layer', layer_name: layer, param_name: key });
  }

  /** @internal */
  build(): Json {
    return { parameters: Object.fromEntries(this.parameters) };
  }

  private from(parameter: string, origin: Json, type = 'json'): this {
    this.parameters.set(parameter, { ...origin, param_type: type });
    return this;
  }
}

function typeOf(value: unknown): string {
  return Array.isArray(value) ? 'array' : typeof value;
}
