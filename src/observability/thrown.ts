/**
 * Whether something thrown is an error. Also one of another realm: in a test environment with
 * globals of its own, and in `node:vm`, errors of Node's own modules are no `instanceof Error`.
 */
export function isError(thrown: unknown): thrown is Error {
  if (thrown instanceof Error) return true;
  return /^\[object (Error|DOMException)\]$/.test(Object.prototype.toString.call(thrown));
}
