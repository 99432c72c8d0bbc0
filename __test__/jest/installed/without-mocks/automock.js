// Without a factory and without __mocks__, under the name that applications have: every function and class is a mock.
jest.mock('statsig-node');
const Statsig = require('statsig-node');

test('a mock of everything', () => {
  for (const name of [
    'initialize',
    'checkGate',
    'getExperiment',
    'getLayer',
    'logEvent',
    'shutdown',
    'StatsigServer',
    'DynamicConfig',
  ]) {
    expect(jest.isMockFunction(Statsig[name])).toBe(true);
  }
  expect(jest.isMockFunction(Statsig.default.checkGate)).toBe(true);
  Statsig.getExperiment.mockReturnValue(
    new (jest.requireActual('statsig-node').DynamicConfig)('e', { size: 3 }),
  );
  expect(Statsig.getExperiment().get('size', 0)).toBe(3);
});
