// Stands in for the package follow-redirects, which axios uses unless `maxRedirects` is 0. The SDK
// follows redirects itself: src/network/redirects.ts.
export default { http: undefined, https: undefined };
