/** One class with the methods of several parts. */
import test from 'ava';
import { addMethods, delegate } from '../../src/api/composed';
import { StatsigServer } from '../../src/api/statsig';
import { deprecatedCalls } from '../../src/api/deprecated-calls';

class Counter {
  #count = 0;

  constructor(private readonly by: number) {}

  add(times = 1, _note?: string): number {
    this.#count += this.#step(times);
    return this.#count;
  }

  #step(times: number): number {
    return times * this.by;
  }
}

// biome-ignore lint/correctness/noUnusedVariables: merged with the class
interface Owner {
  add(times?: number, note?: string): number;
  twice(value: number): number;
}
class Owner {
  counter = new Counter(1);
  factor = 2;
}
delegate(Owner, Counter, (owner) => owner.counter);
addMethods(Owner, {
  twice(this: Owner, value: number) {
    return value * this.factor;
  },
});

test('calls go to the part that the instance has now', (t) => {
  const [one, other] = [new Owner(), new Owner()];
  t.is(one.add(2), 2);
  t.is(one.add(), 3);
  t.is(other.add(5), 5);
  one.counter = new Counter(10);
  t.is(one.add(1), 10);
  t.is(one.twice(21), 42);
});

test('what a part throws comes through', (t) => {
  const broken = new Owner();
  Object.assign(broken, { counter: null });
  t.throws(() => broken.add(), { instanceOf: TypeError });
});

test('methods look like a class’s own', (t) => {
  t.deepEqual(Object.keys(Owner.prototype), []);
  const names = Object.getOwnPropertyNames(Owner.prototype);
  t.deepEqual(names, ['constructor', 'add', 'twice']);
  t.is(Owner.prototype.add.name, 'add');
  t.is(Owner.prototype.add.length, Counter.prototype.add.length);
  t.is(Owner.prototype.twice.name, 'twice');
  t.is(Owner.prototype.twice.length, 1);
});

test('one class below StatsigServer has every call', (t) => {
  const base = Object.getPrototypeOf(StatsigServer.prototype) as object;
  t.is(Object.getPrototypeOf(base), Object.prototype);
  const own = new Set(Object.getOwnPropertyNames(base));
  const some = ['checkGate', 'overrideGate', 'getLayerList', 'getLayers', 'flush', 'eventStats'];
  for (const name of [...some, ...Object.keys(deprecatedCalls)]) t.true(own.has(name), name);
});

test('a subclass may take a call of a part over', (t) => {
  class Quiet extends StatsigServer {
    override overrideGate(name: string, value: boolean): void {
      super.overrideGate(`my_${name}`, value);
    }
  }
  const server = new Quiet('secret-', { localMode: true, loggingEnabled: 'none' } as object);
  server.overrideGate('gate', true);
  t.notThrows(() => server.removeGateOverride('my_gate'));
  server.shutdown();
});
