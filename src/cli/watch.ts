/** Looks again and again at where a payload comes from. */
import { unwatchFile, watchFile } from 'node:fs';

const FILE_MS = 300;
const URL_MS = 10_000;

/** Calls `look` when the file may have changed, or a URL every 10 s. @returns what ends it */
export function watchSource(source: string, look: () => void): () => void {
  if (/^https?:/.test(source)) {
    const timer = setInterval(look, URL_MS);
    return () => clearInterval(timer);
  }
  watchFile(source, { interval: FILE_MS }, look);
  return () => unwatchFile(source, look);
}
