/** Downloads that may come in protobuf's form: what is asked for, and what came as JSON. */
import { encodeText } from '../text';
import { ProtoSpecs } from './proto-specs';

/** Rounds of changes that change no `time` before the whole is asked for. */
const MOST_IDLE_ROUNDS = 10;
/** Bytes that a length may take, and what comes next. */
const LONGEST_LENGTH = 10;
const TAG_OF_KIND = 0x08;

/** See the head of this file. */
export class ProtoDownload {
  private readonly specs: ProtoSpecs;
  /** A delta could not be used: the next answer is a whole one. */
  private wantsWhole = false;
  private idleRounds = 0;
  private isProto = false;

  /** @param isWanted whether changes are asked for */
  constructor(
    private readonly isWanted: boolean,
    tell: (message: string) => void,
  ) {
    this.specs = new ProtoSpecs(tell);
  }

  /** Parts of the query. */
  get query(): string[] {
    if (!this.isWanted) return [];
    return ['supports_proto=true', ...(this.wantsWhole ? [] : ['accept_deltas=true'])];
  }

  /** The body as JSON. Rejects when it is no form of specs. */
  async read(body: Uint8Array): Promise<Uint8Array> {
    this.isProto = isProto(body);
    if (!this.isProto) return body;
    try {
      return await encodeText(this.specs.read(body));
    } catch (error) {
      this.wantsWhole = true;
      throw error;
    }
  }

  /** What was read is in force. `isNewer`: than what was before. */
  applied(isNewer: boolean): void {
    if (this.isProto) this.specs.commit();
    else this.specs.forget();
    this.idleRounds = isNewer ? 0 : this.idleRounds + 1;
    this.wantsWhole = this.idleRounds >= MOST_IDLE_ROUNDS;
    if (this.wantsWhole) this.idleRounds = 0;
  }

  /** An answer that changes nothing. */
  unchanged(): void {
    this.wantsWhole = false;
  }
}

/**
 * By the body: a length and the field of the kind. No JSON has a control character there, and
 * transports take the header of the content encoding away with it.
 */
function isProto(body: Uint8Array): boolean {
  const end = body.findIndex((byte) => byte < 0x80);
  return end >= 0 && end < LONGEST_LENGTH && body[end + 1] === TAG_OF_KIND;
}
