// Runs against the built package, as an application would have it; `scripts/test.mjs` builds it first.
module.exports = {
  rootDir: __dirname,
  testEnvironment: 'node',
  testMatch: ['<rootDir>/__tests__/*.js'],
  transform: {},
  moduleNameMapper: {
    '^statsig-node-native$': '<rootDir>/../../../dist/index.js',
    '^statsig-node-native/(memory-adapter|file-adapter)$': '<rootDir>/../../../dist/storage/$1.js',
    '^statsig-node-native/local-server$': '<rootDir>/../../../dist/local-server/index.js',
  },
};
