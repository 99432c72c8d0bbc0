// The usual manual mocks: a factory, one that keeps the rest, one for a deep import.
jest.mock('statsig-node', () => ({
  __esModule: true,
  ...jest.requireActual('statsig-node'),
  checkGate: jest.fn(() => true),
  default: { checkGate: jest.fn(() => true), initialize: jest.fn(async () => undefined) },
}));
jest.mock('statsig-node/dist/utils/core', () => ({ getTypeOf: () => 'mocked' }));

const Statsig = require('statsig-node');

test('what the factory gives, and the rest as it is', async () => {
  expect(Statsig.checkGate({ userID: 'u' }, 'g')).toBe(true);
  expect(Statsig.default.checkGate({ userID: 'u' }, 'g')).toBe(true);
  await Statsig.default.initialize('secret-x');
  expect(Statsig.default.initialize).toHaveBeenCalledWith('secret-x');
  expect(() => Statsig.getConfig({ userID: 'u' }, 'c')).toThrow('initialize()');
  expect(new Statsig.DynamicConfig('c', { a: 1 }).get('a', 0)).toBe(1);
});

test('a deep import', () => {
  expect(require('statsig-node/dist/utils/core').getTypeOf([])).toBe('mocked');
});
