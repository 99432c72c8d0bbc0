// Stands in for globalThis inside axios: reading globalThis.FormData alone makes Node load undici.
export const hostGlobals = {};

/**
 * Stands in for process.env: Deno throws for a variable that it may not show, which then counts as
 * not set.
 */
export const hostEnvironment = new Proxy(
  {},
  {
    get(_, name) {
      try {
        // Not written as a property, which the build would replace by this very object.
        return Reflect.get(process, 'env')[name];
      } catch {
        return undefined;
      }
    },
  },
);

// Hosts may hide the global ones.
export { URL, URLSearchParams } from 'node:url';
