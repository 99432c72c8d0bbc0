/** The local server's page. Who may ask, the server decides. */
import type { Door, Inspected } from '../local-server/inspected';
import { isInspected, respond, type Behind } from './handler';
import type { LocalInspector } from './local-subject';

const TITLE = 'Local Statsig-compatible server';

/** What answers is loaded when the page asks something: it is painted before. */
export function localInspector(inspected: Inspected): Door {
  let opened: LocalInspector | null = null;
  const open = (): LocalInspector => {
    const { inspectorOf } = require('./local-subject') as typeof import('./local-subject');
    return (opened ??= inspectorOf(inspected, TITLE));
  };
  const behind: Behind = {
    title: TITLE,
    refuse: () => null,
    inspector: () => open().inspector,
  };
  return {
    handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const path = isInspected(pathname) ? pathname : '/';
      void respond(behind, { request, response, path, query: searchParams });
    },
    close: () => opened?.close(),
  };
}
