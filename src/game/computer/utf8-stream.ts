// Bytes to text where characters may be cut between two writes.

/** The longest beginning of a character that is not a whole one. */
const MAX_PENDING = 3;
const NOTHING = new Uint8Array();

/** A decoder whose state can be saved. Invalid bytes become U+FFFD, whatever the cuts. */
export class Utf8Stream {
  #pending: Uint8Array;

  /** @param pending - From {@link Utf8Stream.pending} of the stream to go on with: 0 to 3 bytes. */
  constructor(pending: readonly number[] = []) {
    this.#pending = Uint8Array.from(pending);
  }

  /** Bytes of a character that has not ended yet. */
  get pending(): readonly number[] {
    return [...this.#pending];
  }

  decode(bytes: Uint8Array): string {
    const joined = this.#pending.length === 0 ? bytes : concat([this.#pending, bytes]);
    const end = joined.length - openLength(joined);
    this.#pending = end === joined.length ? NOTHING : joined.slice(end);
    return decodeWhole(joined.subarray(0, end));
  }

  /** Ends the stream: a character that was cut off becomes U+FFFD. */
  flush(): string {
    const rest = this.#pending;
    this.#pending = new Uint8Array();
    return decodeWhole(rest);
  }
}

/** A byte order mark is a character like others here: it may come in the middle of what a program prints. */
const UTF8 = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeWhole(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

/** The bytes one behind the other. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** How many bytes at the end begin a character that later bytes may complete. */
function openLength(bytes: Uint8Array): number {
  for (let length = 1; length <= Math.min(MAX_PENDING, bytes.length); length++) {
    const byte = bytes[bytes.length - length] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return sequenceLength(byte) > length ? length : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  if (lead >= 0xc2 && lead < 0xe0) return 2;
  return 1;
}
