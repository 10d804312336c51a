/**
 * The same bytes as a plain `Uint8Array`. Node's `Buffer` is one too, but its `slice()` does not copy: what is to be
 * copied by `slice()` goes through here first.
 */
export function plainView(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function areSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}
