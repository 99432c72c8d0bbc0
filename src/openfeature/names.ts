import type { Server } from '../api/server';
import { SpecKind } from '../engine/engine';

/** What a flag key means. */
export interface Target {
  kind: 'gate' | 'config' | 'experiment' | 'layer' | 'parameter_store';
  name: string;
  /** null: the whole value, or for a single one what is called `value` in it. */
  parameter: string | null;
}

const SPEC_KINDS: Readonly<Record<Target['kind'], SpecKind | null>> = {
  gate: SpecKind.Gate,
  config: SpecKind.Config,
  experiment: SpecKind.Config,
  layer: SpecKind.Layer,
  parameter_store: null,
};

/** Finds what flag keys mean in the specs in force. */
export class Names {
  private specs: unknown;
  private gates = new Set<string>();
  private others = new Map<string, Target['kind']>();
  /** By name; null: none is. */
  private rules: Record<Target['kind'], Map<string, string | null>> = noRules();

  constructor(private readonly server: () => Server) {}

  /**
   * A boolean is a gate if there is one of that name. What is no boolean and has the name of a gate
   * only is the gate all the same, which then is of another type.
   */
  find(key: string, isBoolean: boolean): Target {
    this.refresh();
    const isGate = this.gates.has(key);
    if (isBoolean && isGate) return gateOf(key);
    const kind = this.others.get(key);
    if (kind === 'config' || kind === 'experiment') return { kind, name: key, parameter: null };
    return this.parameterOf(key) ?? (isGate ? gateOf(key) : unknown(key, isBoolean));
  }

  /** The rule that decides for everybody, whoever asks: nothing is looked at. Null: none does. */
  ruleForEveryone({ kind, name }: Target): string | null {
    const known = this.rules[kind].get(name);
    if (known !== undefined) return known;
    const specKind = SPEC_KINDS[kind];
    const { facts } = this.server().insides.engineHost;
    const spec = specKind === null ? null : facts.contentOf(specKind, name);
    const first = spec?.groups[0];
    const rule = first?.isForEveryone && !first.isExperimentGroup ? first.ruleId : null;
    // Of unknown names there may be any number.
    if (spec !== null) this.rules[kind].set(name, rule);
    return rule;
  }

  /** Names may have dots, too. */
  private parameterOf(key: string): Target | null {
    for (let dot = key.indexOf('.'); dot >= 0; dot = key.indexOf('.', dot + 1)) {
      const name = key.slice(0, dot);
      const kind = this.others.get(name);
      if (kind !== undefined) return { kind, name, parameter: key.slice(dot + 1) };
    }
    return null;
  }

  private refresh(): void {
    const server = this.server();
    const { specsInForce } = server;
    if (specsInForce === this.specs) return;
    this.specs = specsInForce;
    this.rules = noRules();
    this.gates = new Set(server.getFeatureGateList());
    this.others = new Map([
      ...server.getParameterStoreList().map((name) => [name, 'parameter_store'] as const),
      ...server.getLayerList().map((name) => [name, 'layer'] as const),
      ...server.getDynamicConfigList().map((name) => [name, 'config'] as const),
      ...[...server.getExperimentList(), ...server.getAutotuneList()].map(
        (name) => [name, 'experiment'] as const,
      ),
    ]);
  }
}

function noRules(): Names['rules'] {
  return {
    gate: new Map(),
    config: new Map(),
    experiment: new Map(),
    layer: new Map(),
    parameter_store: new Map(),
  };
}

function gateOf(name: string): Target {
  return { kind: 'gate', name, parameter: null };
}

/**
 * Asked all the same: it may have been overridden, and the exposure of an unknown name shows in the
 * console.
 */
function unknown(key: string, isBoolean: boolean): Target {
  if (isBoolean) return gateOf(key);
  const dot = key.indexOf('.');
  // Nothing has an empty name.
  const isWhole = dot <= 0;
  return {
    kind: 'config',
    name: isWhole ? key : key.slice(0, dot),
    parameter: isWhole ? null : key.slice(dot + 1),
  };
}
