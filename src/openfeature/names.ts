import type { Server } from '../api/server';

/** What a flag key means. */
export interface Target {
  kind: 'gate' | 'config' | 'experiment' | 'layer' | 'parameter_store';
  name: string;
  /** null: the whole value. */
  parameter: string | null;
}

/** Finds what flag keys mean in the specs in force. */
export class Names {
  private specs: unknown;
  private gates = new Set<string>();
  private others = new Map<string, Target['kind']>();

  constructor(private readonly server: () => Server) {}

  /** A boolean is a gate if there is one of that name. */
  find(key: string, isBoolean: boolean): Target {
    this.refresh();
    if (isBoolean && this.gates.has(key)) return { kind: 'gate', name: key, parameter: null };
    const kind = this.others.get(key);
    if (kind === 'config' || kind === 'experiment') return { kind, name: key, parameter: null };
    return this.parameterOf(key) ?? unknown(key, isBoolean);
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

/**
 * Asked all the same: it may have been overridden, and the exposure of an unknown name shows in the
 * console.
 */
function unknown(key: string, isBoolean: boolean): Target {
  if (isBoolean) return { kind: 'gate', name: key, parameter: null };
  const dot = key.indexOf('.');
  return {
    kind: 'config',
    name: dot < 0 ? key : key.slice(0, dot),
    parameter: dot < 0 ? null : key.slice(dot + 1),
  };
}
