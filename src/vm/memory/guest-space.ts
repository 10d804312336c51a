/**
 * Where the linear memory of one program is. Growing and moving leave earlier views behind: take one, use it, forget it.
 */
export interface GuestSpace {
  /** The memory's current size. */
  readonly byteLength: number;
  /** A part of the memory as it is now. The caller has checked that it is inside. */
  view(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** Gives the memory back; nothing of it may be used afterwards. Safe to call twice. */
  release(): void;
}

export const PAGE_BYTES = 65_536;

/** Pages of 64 KiB: what a memory has, and what it may have. */
export interface MemorySize {
  readonly pages: number;
  readonly maximumPages: number;
}
