// Nothing for the package: only how Next writes what is deployed.
export default { output: 'standalone', outputFileTracingRoot: import.meta.dirname, turbopack: { root: import.meta.dirname } };
