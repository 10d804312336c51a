// The hash by which files and results are known. Nothing but the engine's own: workers of a page find no packages without a
// bundler.

/** The hash of bytes in hexadecimal digits; `undefined` where the browser computes none, which is without HTTPS. */
export async function sha256(bytes: Uint8Array): Promise<string | undefined> {
  // Typed as if it were there always.
  const subtle = globalThis.crypto.subtle as SubtleCrypto | undefined;
  if (subtle === undefined) return undefined;
  const hash = new Uint8Array(await subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
