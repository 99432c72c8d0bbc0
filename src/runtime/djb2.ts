/** The 32-bit hash that Statsig marks keys with (BEHAVIOUR.md 3.12), as unsigned decimal text. */
export function djb2(text: string): string {
  let hash = 0;
  for (let index = 0; index < text.length; index++) {
    hash = (Math.imul(hash, 31) + text.charCodeAt(index)) | 0;
  }
  return String(hash >>> 0);
}
