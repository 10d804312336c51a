export const PAGE_BYTES = 65_536;

/** The linear memory of one program, wherever it is. Growing and moving leave earlier views behind: take, use, forget. */
export interface GuestView {
  /** The memory's current size. */
  readonly byteLength: number;
  /** A part of the memory as it is now. The caller has checked that it is inside. */
  view(offset: number, length: number): Uint8Array<ArrayBuffer>;
}

/** A linear memory, and the way to give it back. */
export interface GuestSpace extends GuestView {
  /** Nothing of it may be used afterwards. Safe to call twice. */
  release(): void;
}
