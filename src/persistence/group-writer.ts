// Makes the sections of computers in groups, see computer-groups.ts, while the computers come: what is compressed is ready soon
// after the last of them.

import { ByteWriter } from "./byte-writer.ts";
import { type CapturedComputer, GROUP_COMPUTERS, SECTION_PAGES } from "./computer-groups.ts";
import { PIECE_BYTES } from "./deflate.ts";
import { encodeMemoryMap, PageOrder } from "./memory-map.ts";
import { PAGE_BYTES, type PageTable } from "./pages.ts";
import { packPieces } from "./piece-cache.ts";
import type { ProgramImage } from "./program-image.ts";
import { type ContainerOptions, storePacked, storeSection, type StoredSection } from "./save-container.ts";

const PIECE_PAGES = PIECE_BYTES / PAGE_BYTES;

/** Takes computers in the order of the save. */
export class GroupWriter {
  readonly #table: PageTable;
  readonly #options: ContainerOptions;
  readonly #order = new PageOrder();
  readonly #sections: StoredSection[] = [];
  #group = new ByteWriter();
  #inGroup = 0;
  /** Pages of the group that are in no section yet. */
  #pages: number[] = [];
  /** What the first of them have become, four at a time. */
  #packed: Uint8Array[] = [];

  constructor(table: PageTable, options: ContainerOptions) {
    this.#table = table;
    this.#options = options;
  }

  /** @param image - Of the computer's program. */
  add({ state, snapshot }: CapturedComputer, image: ProgramImage): void {
    this.#group.prefixed(state);
    if (snapshot !== undefined) {
      const map = encodeMemoryMap(snapshot.memory, { table: this.#table, order: this.#order, image });
      this.#group.prefixed(snapshot.core).prefixed(map);
      for (const page of this.#order.takeNew()) this.#addPage(page);
    }
    this.#inGroup += 1;
    if (this.#inGroup === GROUP_COMPUTERS) this.#endGroup();
  }

  /** The sections of all computers. Nothing may be added afterwards. */
  finish(): readonly StoredSection[] {
    if (this.#inGroup > 0) this.#endGroup();
    return this.#sections;
  }

  #addPage(page: number): void {
    this.#pages.push(page);
    if (this.#options.compress && this.#pages.length % PIECE_PAGES === 0) this.#pack(this.#pages.slice(-PIECE_PAGES));
    if (this.#pages.length === SECTION_PAGES) this.#endSection();
  }

  #endGroup(): void {
    if (this.#pages.length > 0) this.#endSection();
    this.#sections.push(storeSection({ id: "COMP", bytes: this.#group.join() }, this.#options));
    this.#group = new ByteWriter();
    this.#inGroup = 0;
  }

  #endSection(): void {
    const pages = this.#pages;
    this.#pages = [];
    const whole = (): Uint8Array => this.#join(pages);
    if (!this.#options.compress)
      return void this.#sections.push(storeSection({ id: "PAGE", bytes: whole() }, this.#options));
    const left = pages.length % PIECE_PAGES;
    if (left > 0) this.#pack(pages.slice(-left));
    this.#sections.push(storePacked({ id: "PAGE", length: pages.length * PAGE_BYTES, packed: this.#packed }, whole));
    this.#packed = [];
  }

  #pack(pages: readonly number[]): void {
    this.#packed.push(...packPieces(this.#join(pages), this.#options.pieces));
  }

  #join(pages: readonly number[]): Uint8Array {
    const bytes = new Uint8Array(pages.length * PAGE_BYTES);
    for (const [at, page] of pages.entries()) bytes.set(this.#table.page(page), at * PAGE_BYTES);
    return bytes;
  }
}
