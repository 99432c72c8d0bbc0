/**
 * For what a callback of the application returns. Nobody waits for it, so a promise of it that
 * rejects would end the process; here `tell` hears of it instead. Any thenable counts as a promise,
 * one whose `then` throws as rejected.
 */
export function onRejection(returned: unknown, tell: (error: unknown) => void): void {
  if ((typeof returned !== 'object' && typeof returned !== 'function') || returned === null) return;
  // Not Promise.resolve, which gives a promise back as it is, with whatever was done to its
  // `catch`.
  new Promise<unknown>((resolve) => resolve(returned)).catch(tell);
}
