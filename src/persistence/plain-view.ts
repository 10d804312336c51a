/**
 * The same bytes as a plain `Uint8Array`. Node's `Buffer` is one too, but its `slice()` does not copy: what is to be
 * copied by `slice()` goes through here first.
 */
export function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  // Four at a time, where both lie so.
  const words = a.byteOffset % 4 === 0 && b.byteOffset % 4 === 0 ? a.length >> 2 : 0;
  const [x, y] = [wordsIn(a, words), wordsIn(b, words)];
  for (let at = 0; at < words; at++) if (x[at] !== y[at]) return false;
  for (let at = 4 * words; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function wordsIn(bytes: Uint8Array, words: number): Uint32Array {
  return words === 0 ? new Uint32Array() : new Uint32Array(bytes.buffer, bytes.byteOffset, words);
}
