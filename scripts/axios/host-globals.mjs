// Stands in for globalThis inside axios: reading globalThis.FormData alone makes Node load undici.
export const hostGlobals = {};
