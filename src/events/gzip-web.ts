/**
 * gzip through the platform's streams, for edge runtimes: at their own level. Both reject where
 * there are none.
 */
export function gzipWeb(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof globalThis.CompressionStream !== 'function') return missing('CompressionStream');
  return throughStream(bytes, new CompressionStream('gzip'));
}

/** Turns `gzipWeb` back. */
export function gunzipWeb(bytes: Uint8Array): Promise<Uint8Array> {
  if (typeof globalThis.DecompressionStream !== 'function') return missing('DecompressionStream');
  return throughStream(bytes, new DecompressionStream('gzip'));
}

function missing(name: string): Promise<never> {
  return Promise.reject(new Error(`This runtime has no ${name}`));
}

async function throughStream(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
): Promise<Uint8Array> {
  // The cast: BlobPart excludes views of shared memory, which no caller here has.
  const stream = new Blob([bytes]).stream().pipeThrough(through);
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
