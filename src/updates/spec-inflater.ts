/** Config specs that came compressed, inflated by the engine that is to compile them. */
import type { TransportResponse } from '../network/transport';
import { PackedSpecs, type SpecBytes } from './packed-specs';

/** An engine that inflates. */
export interface SpecInflater {
  /** Whether the present one does. */
  isAble(): boolean;
  /** Whether these are the specs that serve. */
  isInForce(specs: SpecBytes): Promise<boolean>;
  /** False when it could not, whatever the reason. */
  inflate(specs: PackedSpecs): Promise<boolean>;
}

/** The body as it is kept, inflated where it is to be compiled. Rejects when it is none. */
export async function inflate(
  { body, packed }: TransportResponse,
  inflater: SpecInflater | undefined,
): Promise<SpecBytes> {
  if (packed === undefined || inflater === undefined) return body;
  const specs = new PackedSpecs(body, packed);
  if ((await inflater.isInForce(specs)) || (await inflater.inflate(specs))) return specs;
  // Whole or not, what Node's decoders say of it counts.
  return specs.plain();
}
