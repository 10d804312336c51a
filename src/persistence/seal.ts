// Seals for saves that go through the hands of players, who must not change them: on servers, and for ranked play. A
// sealed save is a save like any other to who has no key.
//
// Behind the file, whose length and flags count it in:
//
//   size  field
//      8  generation   what the caller counts up from save to save
//     32  HMAC-SHA-256 of everything before it

import { SaveError } from "./errors.ts";
import { plainView } from "./plain-view.ts";
import { decodeContainer, SEAL_BYTES, writeContainer } from "./save-container.ts";

/** At least 32 random bytes that no player gets to see, or a WebCrypto key for HMAC with SHA-256. */
export type SealKey = Uint8Array | CryptoKey;

export interface SealOptions {
  /** Which save of its line this is: an integer ≥ 0, larger from save to save. */
  readonly generation: number;
}

export interface OpenOptions {
  /** The newest generation that the caller knows of. @defaultValue 0 */
  readonly atLeastGeneration?: number;
}

/** A save whose seal was right. */
export interface OpenedSave {
  /** The same save without its seal, for `decodeSave()`. */
  readonly bytes: Uint8Array;
  readonly generation: number;
}

const HMAC = { name: "HMAC", hash: "SHA-256" } as const;
const LEAST_KEY_BYTES = 32;
const MAC_BYTES = 32;

/**
 * The save with a seal; a seal that it has already is replaced.
 *
 * @param bytes - What `encodeSave()` gave. Its content is not checked.
 * @throws {SaveError} `save/no-crypto`, and what is wrong with the frame of `bytes`.
 * @throws {TypeError} {@link RangeError} for a key or a generation that cannot be used.
 */
export async function sealSave(bytes: Uint8Array, key: SealKey, { generation }: SealOptions): Promise<Uint8Array> {
  checkGeneration(generation);
  const sealed = new Uint8Array(writeContainer(decodeContainer(plainView(bytes)), true));
  new DataView(sealed.buffer).setBigUint64(sealed.length - SEAL_BYTES, BigInt(generation), true);
  const subtle = subtleCrypto();
  const mac = await subtle.sign("HMAC", await importKey(subtle, key), signed(sealed));
  sealed.set(new Uint8Array(mac), sealed.length - MAC_BYTES);
  return sealed;
}

/**
 * Checks a seal before anything of the save is unpacked.
 *
 * @throws {SaveError} `save/not-sealed`, `save/seal-broken`, `save/rolled-back`, `save/no-crypto`, and what is wrong with
 * the frame of `bytes`.
 * @throws {TypeError} {@link RangeError} for a key or a generation that cannot be used.
 */
export async function openSealedSave(
  bytes: Uint8Array,
  key: SealKey,
  { atLeastGeneration = 0 }: OpenOptions = {},
): Promise<OpenedSave> {
  checkGeneration(atLeastGeneration);
  // While the seal is checked, its owner may change the bytes.
  const save = new Uint8Array(bytes);
  const { header, sections, seal } = decodeContainer(save);
  if (seal === undefined) throw new SaveError("save/not-sealed", "Cannot open the save: it has no seal");
  const subtle = subtleCrypto();
  const mac = save.subarray(-MAC_BYTES);
  if (!(await subtle.verify("HMAC", await importKey(subtle, key), mac, signed(save)))) {
    throw new SaveError("save/seal-broken", "Cannot open the save: it was changed, or sealed with another key");
  }
  const generation = new DataView(seal.buffer, seal.byteOffset).getBigUint64(0, true);
  if (generation < atLeastGeneration) {
    throw new SaveError(
      "save/rolled-back",
      `Cannot open the save: it is generation ${generation}, older than the ${atLeastGeneration} that is known`,
    );
  }
  return { bytes: writeContainer({ header, sections }), generation: Number(generation) };
}

/** What a save says of its generation, which anybody may have written; `undefined` if it is not sealed. */
export function claimedGeneration(bytes: Uint8Array): number | undefined {
  const { seal } = decodeContainer(plainView(bytes));
  return seal && Number(new DataView(seal.buffer, seal.byteOffset).getBigUint64(0, true));
}

function signed(save: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return save.subarray(0, -MAC_BYTES);
}

function checkGeneration(generation: number): void {
  if (Number.isSafeInteger(generation) && generation >= 0) return;
  throw new RangeError(`Cannot use the generation ${generation}: expected an integer ≥ 0`);
}

function subtleCrypto(): SubtleCrypto {
  const { crypto } = globalThis as { readonly crypto?: { readonly subtle?: SubtleCrypto } };
  if (crypto?.subtle !== undefined) return crypto.subtle;
  throw new SaveError(
    "save/no-crypto",
    "Cannot use seals: there is no WebCrypto here; in a page it needs HTTPS or localhost",
  );
}

async function importKey(subtle: SubtleCrypto, key: SealKey): Promise<CryptoKey> {
  if (!ArrayBuffer.isView(key)) return key;
  if (key.length < LEAST_KEY_BYTES) {
    throw new TypeError(`Cannot use a key of ${key.length} bytes: expected at least ${LEAST_KEY_BYTES}`);
  }
  return await subtle.importKey("raw", new Uint8Array(key), HMAC, false, ["sign", "verify"]);
}
