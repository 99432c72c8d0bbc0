// jest.mock without a factory makes a mock of every function and class it finds by walking the exports.
jest.mock('statsig-node-native');
const Statsig = require('statsig-node-native');
const { StatsigServer, checkGate } = require('statsig-node-native');

test('functions of the shared instance', () => {
  expect(jest.isMockFunction(Statsig.checkGate)).toBe(true);
  expect(jest.isMockFunction(checkGate)).toBe(true);
  expect(jest.isMockFunction(Statsig.default.initialize)).toBe(true);
  Statsig.checkGate.mockReturnValue(true);
  expect(Statsig.checkGate({ userID: 'u' }, 'g')).toBe(true);
  expect(Statsig.getConfig()).toBeUndefined();
});

test('the class and its methods, old names included', () => {
  const server = new StatsigServer('secret-x');
  for (const name of [
    'initializeAsync',
    'checkGate',
    'getExperiment',
    'getLayer',
    'logEvent',
    'shutdownAsync',
    'forUser',
    'getConfigSync',
  ]) {
    expect(jest.isMockFunction(server[name])).toBe(true);
  }
  server.checkGate.mockReturnValue(true);
  expect(server.checkGate()).toBe(true);
});

test('spies on one function', () => {
  const actual = jest.requireActual('statsig-node-native');
  const spy = jest.spyOn(actual, 'checkGate').mockReturnValue(true);
  expect(actual.checkGate({ userID: 'u' }, 'g')).toBe(true);
  spy.mockRestore();
  expect(() => actual.checkGate({ userID: 'u' }, 'g')).toThrow('initialize()');
});
