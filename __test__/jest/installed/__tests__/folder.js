// A mock in __mocks__ beside node_modules is used without being asked for.
test("the folder's mock answers", () => {
  expect(require('statsig-node').checkGate()).toBe('from __mocks__');
  expect(jest.requireActual('statsig-node').checkGate).not.toBe(require('statsig-node').checkGate);
});
