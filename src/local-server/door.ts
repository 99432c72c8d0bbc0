/**
 * The way to the inspector, which shows a server in a browser. It is loaded with the first page
 * that somebody opens: a server for tests does without it, and without the SDK that it evaluates
 * with.
 */
import type { Door, Inspected } from './inspected';

/** @throws Error when the package was built without the page */
export function openDoor(inspected: Inspected): Door {
  const { localInspector } = require('../inspector/local') as typeof import('../inspector/local');
  return localInspector(inspected);
}
