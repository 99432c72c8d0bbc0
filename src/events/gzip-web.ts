/** gzip through the platform's `CompressionStream`, for edge runtimes. Rejects where there is none. */
export async function gzipWeb(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof globalThis.CompressionStream !== 'function') throw new Error('This runtime has no CompressionStream');
  // The cast: BlobPart excludes views of shared memory, which no caller here has.
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
