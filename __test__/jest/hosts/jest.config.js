// Each environment of Jest that applications run server code in; against the built package, or the one that `STATSIG_PACKED_DIST` names.
const dist = process.env.STATSIG_PACKED_DIST ?? '<rootDir>/../../../dist';
const project = (testEnvironment) => ({
  rootDir: __dirname,
  displayName: testEnvironment,
  testEnvironment,
  testMatch: ['<rootDir>/__tests__/*.js'],
  transform: {},
  moduleNameMapper: {
    '^statsig-node-native$': `${dist}/index.js`,
    '^statsig-node-native/memory-adapter$': `${dist}/storage/memory-adapter.js`,
  },
});

module.exports = {
  rootDir: __dirname,
  projects: ['jest-environment-node', 'jest-environment-jsdom'].map(project),
};
