import type {
  ConfigName,
  ExperimentName,
  GateName,
  LayerName,
  ParameterStoreName,
} from '../types/flags';
import { TestParameterStore } from './parameter-store';
import type { Json } from './rules';
import { TestConfig, TestExperiment, TestGate, TestLayer } from './specs';

/** The time of a project that nothing was said about. */
const FIRST_TIME = 1;

/**
 * A project as a test describes it. Asking for something by its name again gives the same one, to
 * be changed.
 */
export class TestProject {
  /** @internal The payload's own time. */
  readonly time: number;
  private readonly base: Json;
  private readonly gates = new Map<string, TestGate>();
  private readonly configs = new Map<string, TestConfig>();
  private readonly trials = new Map<string, TestExperiment>();
  private readonly layers = new Map<string, TestLayer>();
  private readonly stores = new Map<string, TestParameterStore>();

  /** @internal */
  constructor(payload: string | object = {}) {
    const { hashed_sdk_key_used: _, ...base } = parsed(payload);
    this.base = base;
    this.time = typeof base['time'] === 'number' ? base['time'] : FIRST_TIME;
  }

  /** A gate; off until something else is said. */
  gate(name: GateName): TestGate {
    return made(this.gates, name, () => new TestGate(name));
  }

  /** A dynamic config. */
  config(name: ConfigName, value?: Json): TestConfig {
    const config = made(this.configs, name, () => new TestConfig(name));
    return value === undefined ? config : config.value(value);
  }

  /** An experiment. `value`: what users outside of it get. */
  experiment(name: ExperimentName, value?: Json): TestExperiment {
    const experiment = made(this.trials, name, () => new TestExperiment(name));
    return value === undefined ? experiment : experiment.value(value);
  }

  /** A layer. `value`: what users get who are in none of its experiments. */
  layer(name: LayerName, value?: Json): TestLayer {
    const layer = made(this.layers, name, () => new TestLayer(name));
    return value === undefined ? layer : layer.value(value);
  }

  /** A parameter store. `values`: parameters that are the same for everybody. */
  parameterStore(name: ParameterStoreName, values: Json = {}): TestParameterStore {
    return made(this.stores, name, () => new TestParameterStore()).values(values);
  }

  /** @internal JSON text. @throws Error when the project contradicts itself */
  payload(time: number): string {
    const { base, gates, configs, trials, layers, stores } = this;
    const isChanged = [gates, configs, trials, layers, stores].some(({ size }) => size > 0);
    if (!isChanged && Object.keys(base).length > 0)
      return JSON.stringify({ ...base, has_updates: true, time });
    if (isMap(base['feature_gates'])) {
      throw new Error(
        'A payload of the second version (dcs-v2) is used as it is; nothing can be put on top',
      );
    }
    const holders = this.holders();
    const experiments = [...trials.entries()].map(([name, trial]) =>
      trial.build(holders.get(name)?.values),
    );
    const dynamic = [...configs.values()].map((config) => config.build());
    return JSON.stringify({
      ...base,
      has_updates: true,
      time,
      feature_gates: over(
        base['feature_gates'],
        [...gates.values()].map((gate) => gate.build()),
      ),
      dynamic_configs: over(base['dynamic_configs'], [...dynamic, ...experiments]),
      layer_configs: over(
        base['layer_configs'],
        [...layers.values()].map((layer) => layer.build()),
      ),
      layers: { ...(base['layers'] as Json | undefined), ...this.experimentsByLayer() },
      param_stores: {
        ...(base['param_stores'] as Json | undefined),
        ...Object.fromEntries([...stores].map(([store, made]) => [store, made.build()])),
      },
    });
  }

  /** The layer of each experiment that has one. */
  private holders(): Map<string, TestLayer> {
    const holders = new Map<string, TestLayer>();
    for (const [name, layer] of this.layers) {
      for (const experiment of layer.experimentNames) {
        if (!this.trials.has(experiment))
          throw new Error(`Layer ${name} has no experiment ${experiment} to hand over to`);
        if (holders.has(experiment)) throw new Error(`Experiment ${experiment} is in two layers`);
        holders.set(experiment, layer);
      }
    }
    return holders;
  }

  private experimentsByLayer(): Json {
    return Object.fromEntries(
      [...this.layers].map(([name, { experimentNames }]) => [name, experimentNames]),
    );
  }
}

function parsed(payload: string | object): Json {
  const value = typeof payload === 'string' ? json(payload) : payload;
  if (isMap(value)) return value;
  throw new Error('The payload of a test must be an object, or the JSON text of one');
}

/** Undefined for what is no JSON. */
function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function made<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}

/** The payload's specs, save those that the test describes itself. */
function over(base: unknown, own: Json[]): unknown[] {
  const names = new Set(own.map(({ name }) => name));
  const others = Array.isArray(base) ? (base as Json[]).filter(({ name }) => !names.has(name)) : [];
  return [...others, ...own];
}
