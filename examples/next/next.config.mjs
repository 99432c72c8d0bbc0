// The recipe of docs/packaging.md: the package stays out of the bundle, and Next takes the binary along,
// which no import names.
export default {
  output: 'standalone',
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
  serverExternalPackages: ['statsig-node-native'],
  outputFileTracingIncludes: { '/*': ['./node_modules/statsig-node-native-*/**/*'] },
};
