// Everything the persistence layer throws on purpose.

/** Stable reasons; scripts may depend on the spelling. */
export type SaveErrorCode =
  /** The bytes are something else. */
  | "save/not-a-save"
  /** The end is missing. */
  | "save/truncated"
  /** A checksum or a length disagrees: the bytes were changed after they were written. */
  | "save/corrupt"
  /** Written by a later version of this package. */
  | "save/newer-version"
  /** Written before the first release, in a format that nothing reads. */
  | "save/older-version"
  /** The checksums agree, but the content is not what a save holds: a forged file or a bug of its writer. */
  | "save/malformed"
  /** Holds more than the limits allow. */
  | "save/too-large"
  /** The save is of another program than the one given. */
  | "save/other-program"
  /** There is no seal where one is required. */
  | "save/not-sealed"
  /** The seal is not of this content or not by this key: somebody changed the save. */
  | "save/seal-broken"
  /** The seal is right, but of an older generation than required: an old save was put in the place of a newer one. */
  | "save/rolled-back"
  /** There is no WebCrypto, as in pages that came over plain HTTP. */
  | "save/no-crypto"
  | "save/bad-slot-name"
  /** Another page or window saves into this slot. */
  | "save/slot-in-use"
  /** The disk or the browser's share of it is full. What was saved before is intact. */
  | "save/quota-exceeded"
  /** What makes saves away from the page's own thread has failed; the next save is made on it. */
  | "save/encoder-failed"
  /** The storage did not answer in time. */
  | "save/blocked"
  /** There is no storage, or it refused. */
  | "save/unavailable";

/** Base of every error thrown by the persistence layer. Branch on {@link SaveError.code}, never on the message. */
export class SaveError extends Error {
  readonly code: SaveErrorCode;

  constructor(code: SaveErrorCode, message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}
