// For a project that has the package installed as `statsig-node`; jest.test.ts makes it from this folder.
module.exports = { rootDir: __dirname, testEnvironment: 'node', transform: {} };
