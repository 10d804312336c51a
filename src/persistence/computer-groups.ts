// Computers in groups of 16, with the pages of memory that they are the first to use: what changes in one group leaves the
// bytes of the others as they are.
//
//   section PAGE  up to 64 pages of 4 KiB, as many as there are left; none of them zero, none like another of the save
//   section COMP  for each computer of the group:
//                   4  length of its state
//                   n  canonical JSON: its state
//                 and, if it has a snapshot:
//                   4  length
//                   n  snapshot without its memory, see snapshot-codec.ts
//                   4  length
//                   n  memory, see memory-map.ts

import type { Snapshot } from "../vm/index.ts";

import { ByteReader } from "./byte-reader.ts";
import { SaveError } from "./errors.ts";
import { type JsonReader, jsonBytes } from "./json-value.ts";
import {
  type CapturedMemory,
  captureMemory,
  decodeMemoryMap,
  type PageSource,
  type UsedMemory,
  usedMemory,
} from "./memory-map.ts";
import { isZeroPage, PAGE_BYTES, PageTable, WASM_PAGE_BYTES } from "./pages.ts";
import { ProgramImages } from "./program-image.ts";
import type { SavedComputer, SavedProgram } from "./save-game.ts";
import type { ListedComputer } from "./save-header.ts";
import type { SectionQueue } from "./section-queue.ts";
import { decodeSnapshot, encodeSnapshot } from "./snapshot-codec.ts";

/** Computers that have their sections together. */
export const GROUP_COMPUTERS = 16;
/** Pages that have a section together. */
export const SECTION_PAGES = 64;
const SECTION_PAGE_BYTES = SECTION_PAGES * PAGE_BYTES;

/** Told the size of each memory in pages of 64 KiB; throws once it is too much. */
export type PageBudget = (wasmPages: number) => void;

/** A computer whose memory is in the pages of its {@link ComputerCapture}. */
export interface CapturedComputer extends ListedComputer {
  /** Whose the snapshot is; `undefined` without one. */
  readonly moduleHash: string | undefined;
  readonly state: Uint8Array;
  readonly snapshot: { readonly core: Uint8Array; readonly memory: CapturedMemory } | undefined;
}

/** A computer whose memory has left its zeros behind. */
export interface SentComputer extends Omit<SavedComputer, "snapshot"> {
  readonly snapshot: (Omit<Snapshot, "memory"> & { readonly memory: UsedMemory }) | null;
}

export function sentComputer({ snapshot, ...rest }: SavedComputer): SentComputer {
  // A getter may put the memory together each time.
  return { ...rest, snapshot: snapshot && { ...snapshot, memory: usedMemory(snapshot.memory) } };
}

/** Takes computers one by one, and keeps of their memories what is neither zero nor there already. */
export class ComputerCapture {
  readonly table: PageTable = new PageTable();
  readonly #takePages: PageBudget;

  constructor(takePages: PageBudget) {
    this.#takePages = takePages;
  }

  capture({ id, programHash, state, snapshot }: SentComputer): CapturedComputer {
    const captured = { id, programHash, state: jsonBytes(state), hasSnapshot: snapshot !== null };
    if (snapshot === null) return { ...captured, moduleHash: undefined, snapshot: undefined };
    const { memory, moduleHash, ...core } = snapshot;
    this.#takePages(memory.byteLength / WASM_PAGE_BYTES);
    return {
      ...captured,
      moduleHash,
      snapshot: { core: encodeSnapshot(core), memory: captureMemory(memory, this.table) },
    };
  }
}

/**
 * Reads what `GroupWriter` wrote.
 *
 * @param context - What the save has said of its computers before.
 * @throws {SaveError} `save/malformed`, and what `takePages` throws.
 */
export function decodeComputers(
  sections: SectionQueue,
  context: {
    readonly listed: readonly ListedComputer[];
    readonly programs: readonly SavedProgram[];
    readonly json: JsonReader;
    readonly takePages: PageBudget;
  },
): readonly SavedComputer[] {
  const { listed, programs, json, takePages } = context;
  const images = new ProgramImages(programs);
  const source: PageSource = { table: new PageTable(), used: 0 };
  const computers: SavedComputer[] = [];
  for (let at = 0; at < listed.length; at += GROUP_COMPUTERS) {
    takePageSections(sections, source.table);
    const reader = new ByteReader(sections.takeOne("COMP"), `the computers from ${at}`);
    for (const { id, programHash, hasSnapshot } of listed.slice(at, at + GROUP_COMPUTERS)) {
      const what = `computer ${computers.length}`;
      const state = json.read(reader.prefixed(), `${what}.state`);
      let snapshot: Snapshot | null = null;
      if (hasSnapshot && programHash !== null) {
        const core = decodeSnapshot(reader.prefixed(), `${what}.snapshot`, json);
        const map = new ByteReader(reader.prefixed(), `${what}.memory`);
        const memory = decodeMemoryMap(map, { source, image: images.of(programHash), takePages });
        snapshot = withMemory({ ...core, moduleHash: programHash }, memory);
      }
      computers.push({ id, programHash, snapshot, state });
    }
    reader.end();
    if (source.used !== source.table.size) throw reader.malformed(`${source.table.size} pages for ${source.used}`);
  }
  return computers;
}

function withMemory(rest: Omit<Snapshot, "memory">, memory: () => Uint8Array): Snapshot {
  return {
    ...rest,
    get memory() {
      return memory();
    },
  };
}

/** All sections of pages that come next, into the table. */
function takePageSections(sections: SectionQueue, table: PageTable): void {
  let isLast = false;
  for (let bytes = sections.takeOwn("PAGE"); bytes !== undefined; bytes = sections.takeOwn("PAGE")) {
    if (isLast || bytes.length === 0 || bytes.length > SECTION_PAGE_BYTES || bytes.length % PAGE_BYTES !== 0) {
      throw new SaveError("save/malformed", `Cannot decode the save: a section of ${bytes.length} bytes of pages`);
    }
    isLast = bytes.length < SECTION_PAGE_BYTES;
    for (let offset = 0; offset < bytes.length; offset += PAGE_BYTES) {
      const page = bytes.subarray(offset, offset + PAGE_BYTES);
      const size = table.size;
      if (isZeroPage(page) || table.put(page) !== size) {
        throw new SaveError("save/malformed", `Cannot decode the save: page ${size} is zero or is there twice`);
      }
    }
  }
}
