// Beside node_modules, so Jest uses it for every `statsig-node` that is not unmocked.
module.exports = { checkGate: jest.fn(() => 'from __mocks__') };
