// What the checkers throw: the verifier's door turns it into an error with the function's number.

/** Something that the verifier does not understand, or understands too well. */
export class Rejection extends Error {
  /** Byte offset in the prepared module. */
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}
