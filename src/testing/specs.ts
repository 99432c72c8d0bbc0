/**
 * What a test says of a gate, config, experiment or layer, and the spec of a payload that it
 * becomes.
 */
import type { ExperimentName } from '../types/flags';
import { anyone, BUCKETS, isBelow, isFrom, isUnit, rule, type ForUnit, type Json } from './rules';

/** The rule of those who were named by `forUser` or `forUnit`. */
const FOR_UNIT = 'for_user';

/** What all four have in common. `Value` is what one user can be given. */
abstract class TestSpec<Value> {
  protected readonly units: ForUnit<Value>[] = [];
  protected idType = 'userID';

  /** @internal */
  constructor(protected readonly name: string) {}

  /** What one user gets, whatever else is said. The last word counts. */
  forUser(userID: string, value: Value): this {
    return this.forUnit('userID', userID, value);
  }

  /** The same by another ID: `forUnit('companyID', 'acme', true)`. */
  forUnit(idType: string, id: string, value: Value): this {
    this.units.unshift({ idType, id, value });
    return this;
  }

  /** Which ID decides whom a percentage or group takes. Default: `userID`. */
  by(idType: string): this {
    this.idType = idType;
    return this;
  }

  protected spec(rules: Json[], more: Json): Json {
    const { name, idType } = this;
    return { name, salt: name, enabled: true, idType, type: 'dynamic_config', rules, ...more };
  }
}

/** A gate: off for everybody until something else is said. */
export class TestGate extends TestSpec<boolean> {
  private share = 0;

  /** On for everybody. */
  on(): this {
    return this.percent(100);
  }

  /** Off for everybody. */
  off(): this {
    return this.percent(0);
  }

  /** On for a share of users, from 0 to 100; the same ones each time. */
  percent(share: number): this {
    this.share = percentage(share, `gate ${this.name}`);
    return this;
  }

  /** @internal */
  build(): Json {
    const { share, idType } = this;
    const units = this.units.map((unit) =>
      rule(FOR_UNIT, [isUnit(unit)], { passPercentage: unit.value ? 100 : 0, returnValue: true }),
    );
    const rest =
      share === 0
        ? []
        : [rule('everyone', [anyone()], { passPercentage: share, returnValue: true, idType })];
    return this.spec([...units, ...rest], {
      type: 'feature_gate',
      entity: 'feature_gate',
      defaultValue: false,
    });
  }
}

/** A dynamic config. */
export class TestConfig extends TestSpec<Json> {
  /** @internal */
  constructor(
    name: string,
    private base: Json = {},
  ) {
    super(name);
  }

  /** What everybody gets of whom nothing else is said. */
  value(value: Json): this {
    this.base = value;
    return this;
  }

  /** @internal */
  build(): Json {
    const units = this.units.map((unit) =>
      rule(FOR_UNIT, [isUnit(unit)], { returnValue: unit.value }),
    );
    return this.spec(units, { entity: 'dynamic_config', defaultValue: this.base });
  }
}

interface Group {
  name: string;
  value: Json;
  percent: number | null;
}

/**
 * An experiment: users are spread over its groups. `forUser` puts one into a group, by its name.
 */
export class TestExperiment extends TestSpec<string> {
  private readonly groups: Group[] = [];
  private share = 100;

  /** @internal */
  constructor(
    name: string,
    private base: Json = {},
  ) {
    super(name);
  }

  /** What users outside of the experiment get. */
  value(value: Json): this {
    this.base = value;
    return this;
  }

  /** A group and its parameters; again to change them. Without shares, groups are of equal size. */
  group(name: string, value: Json, percent?: number): this {
    const share = percent === undefined ? null : percentage(percent, `group ${name}`);
    const at = this.groups.findIndex((group) => group.name === name);
    this.groups.splice(at < 0 ? this.groups.length : at, 1, { name, value, percent: share });
    return this;
  }

  /** The share of users that is in the experiment, from 0 to 100; the same ones each time. */
  percent(share: number): this {
    this.share = percentage(share, `experiment ${this.name}`);
    return this;
  }

  /** @internal `layer`: values of the layer that it is in. */
  build(layer: Json = {}): Json {
    const { name, idType, share, groups } = this;
    const base = { ...layer, ...this.base };
    const out = isFrom(Math.round((share * BUCKETS) / 100), `${name}.allocation`, idType);
    const rules = [
      ...this.units.map((unit) => this.groupRule(this.find(unit.value), isUnit(unit), base)),
      ...(share === 100 ? [] : [rule('not_allocated', [out], { returnValue: base })]),
      ...this.bounds().map(([group, bound]) =>
        this.groupRule(group, isBelow(bound, `${name}.groups`, idType), base),
      ),
    ];
    const explicitParameters = [...new Set(groups.flatMap(({ value }) => Object.keys(value)))];
    return this.spec(rules, {
      entity: 'experiment',
      defaultValue: base,
      isActive: true,
      explicitParameters,
    });
  }

  private groupRule({ name, value }: Group, condition: Json, base: Json): Json {
    return rule(name, [condition], {
      returnValue: { ...base, ...value },
      groupName: name,
      isExperimentGroup: true,
    });
  }

  /** Each group with the bucket that it ends before. */
  private bounds(): [Group, number][] {
    const open = this.groups.filter(({ percent }) => percent === null).length;
    const taken = this.groups.reduce((sum, { percent }) => sum + (percent ?? 0), 0);
    if (taken > 100) throw new Error(`The groups of experiment ${this.name} take ${taken} %`);
    let end = 0;
    return this.groups.map((group) => {
      end += group.percent ?? (100 - taken) / open;
      return [group, Math.round((end * BUCKETS) / 100)];
    });
  }

  private find(name: string): Group {
    const found = this.groups.find((group) => group.name === name);
    if (found === undefined) throw new Error(`Experiment ${this.name} has no group ${name}`);
    return found;
  }
}

/** A layer: its own values, or those of the experiments that run in it. */
export class TestLayer extends TestSpec<Json> {
  /** @internal Experiments in it. */
  readonly experimentNames: string[] = [];

  /** @internal */
  constructor(
    name: string,
    private base: Json = {},
  ) {
    super(name);
  }

  /** What everybody gets who is in none of its experiments. */
  value(value: Json): this {
    this.base = value;
    return this;
  }

  /** Experiments of the project that run in it. Several ones share the users evenly. */
  experiments(...names: ExperimentName[]): this {
    this.experimentNames.splice(0, this.experimentNames.length, ...names);
    return this;
  }

  /** @internal */
  get values(): Json {
    return this.base;
  }

  /** @internal */
  build(): Json {
    const { name: layer, base, idType, experimentNames: names } = this;
    const units = this.units.map((unit) =>
      rule(FOR_UNIT, [isUnit(unit)], { returnValue: { ...base, ...unit.value } }),
    );
    const delegates = names.map((name, index) => {
      const bound = Math.round(((index + 1) * BUCKETS) / names.length);
      return rule(name, [isBelow(bound, `${layer}.experiments`, idType)], {
        returnValue: base,
        configDelegate: name,
      });
    });
    return this.spec([...units, ...delegates], { entity: 'layer', defaultValue: base });
  }
}

function percentage(share: number, of: string): number {
  if (share >= 0 && share <= 100) return share;
  throw new Error(`The share of ${of} must be from 0 to 100, got ${share}`);
}
