// Module registries of Jest do not share the singleton: each is a fresh package, as with statsig-node.
jest.unmock('statsig-node');
const user = { userID: 'u' };
const options = { localMode: true, engine: 'js' };
const fresh = () => require('statsig-node');

afterEach(() => jest.resetModules());

test('one test initializes', async () => {
  const Statsig = fresh();
  await Statsig.initialize('secret-one', options);
  Statsig.overrideGate('g', true);
  expect(Statsig.checkGate(user, 'g')).toBe(true);
});

test('the next one starts without an instance', async () => {
  const Statsig = fresh();
  expect(() => Statsig.checkGate(user, 'g')).toThrow('initialize()');
  await Statsig.initialize('secret-two', options);
  expect(Statsig.checkGate(user, 'g')).toBe(false);
  await Statsig.shutdownAsync();
});

test('isolateModules too', async () => {
  const outer = fresh();
  await outer.initialize('secret-outer', options);
  jest.isolateModules(() => expect(() => fresh().checkGate(user, 'g')).toThrow('initialize()'));
  expect(outer.checkGate(user, 'g')).toBe(false);
  await outer.shutdownAsync();
});
