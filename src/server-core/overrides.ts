/**
 * Overrides of configs and experiments, which the newer SDK keeps apart: an adapter of ours. Those
 * of gates, layers and stores are the instance's own.
 */
import { attribute, keysOf } from '../users/user-reader';
import type { OverrideAdapter, OverrideValue } from '../options/statsig-options';

type Value = Record<string, unknown>;

/** Name → ID, or '' for everybody → value. */
class Table<T> {
  private readonly byName = new Map<string, Map<string, T>>();

  set(name: string, value: T, id: string | null | undefined): void {
    const ids = this.byName.get(name) ?? new Map<string, T>();
    this.byName.set(name, ids.set(id ?? '', value));
  }

  remove(name: string, id: string | null | undefined): void {
    if (id == null) this.byName.delete(name);
    else this.byName.get(name)?.delete(id);
  }

  clear(): void {
    this.byName.clear();
  }

  find(user: object, name: string): T | undefined {
    const ids = this.byName.get(name);
    if (ids === undefined) return undefined;
    const customIDs = attribute(user, 'customIDs');
    const own = [
      attribute(user, 'userID'),
      ...keysOf(customIDs).map((key) => attribute(customIDs, key)),
    ];
    const id = own.find((candidate) => candidate != null && ids.has(String(candidate)));
    return ids.get(id == null ? '' : String(id));
  }
}

/** See the head of this file. */
export class ConfigOverrides implements OverrideAdapter {
  readonly configs = new Table<Value>();
  readonly experiments = new Table<{ value: Value } | { group: string }>();

  /** @param valueOf what an experiment gives a group; `{}` for none */
  constructor(private readonly valueOf: (experiment: string, group: string) => Value) {}

  readonly overrideDynamicConfig = (user: object, name: string): OverrideValue =>
    this.configs.find(user, name);

  readonly overrideExperiment = (user: object, name: string): OverrideValue => {
    const found = this.experiments.find(user, name);
    if (found === undefined) return null;
    return 'value' in found ? found.value : this.valueOf(name, found.group);
  };

  clear(): void {
    this.configs.clear();
    this.experiments.clear();
  }
}
