import { describe, expect, it, vi } from "vitest";

import { walkInstructions } from "../../../src/vm/binary/instructions.ts";
import { readModule } from "../../../src/vm/binary/read-module.ts";
import { checkModule } from "../../../src/vm/prepare/check-module.ts";
import { CodeList } from "../../../src/vm/prepare/code-list.ts";
import { instrumentModule } from "../../../src/vm/prepare/instrument-module.ts";
import * as memoryAccess from "../../../src/vm/prepare/memory-access.ts";
import { watGuest } from "../../support/guest.ts";

vi.mock(import("../../../src/vm/prepare/memory-access.ts"), { spy: true });

const DROP = 0x1a;
const UNREACHABLE = 0x00;

/** Loads, stores, size, growth and bulk operations, in a plain and in a metered function. */
const WAT = `(module (memory 1 2) (data $bytes "abc")
  (func $plain (result i64)
    (f32.store (i32.const 0) (f32.load (i32.const 4)))
    (i64.extend_i32_u (i32.add (memory.size) (i32.load8_s (i32.const 9)))))
  (func (export "_start")
    (loop (br_if 0 (i32.load16_u (i32.const 2))))
    (i64.store (i32.const 8) (call $plain))
    (drop (memory.grow (i32.const 1)))
    (memory.init $bytes (i32.const 0) (i32.const 0) (i32.const 3))
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 70000))
    (memory.copy (i32.const 0) (i32.const 1) (i32.const 70000))))`;

function memoryInstructions(bytes: Uint8Array): string[] {
  const module = readModule(bytes);
  const names = new Set<string>();
  for (const { start, end } of module.bodies) {
    walkInstructions({ bytes: module.bytes, start, end }, ({ info }) => {
      if (info.cost === "memory" || info.name.startsWith("memory.")) names.add(info.name);
    });
  }
  return [...names].toSorted();
}

describe("memory-access.ts", () => {
  it("writes every memory instruction of the output: without it there is none", async () => {
    const guest = await watGuest(WAT);
    const found = memoryInstructions(instrumentModule(checkModule(guest, {})).bytes);
    expect(found).toEqual(memoryInstructions(guest));
    vi.mocked(memoryAccess.accessMemory).mockImplementation(() => CodeList.of(UNREACHABLE));
    vi.mocked(memoryAccess.memorySize).mockReturnValue([UNREACHABLE]);
    vi.mocked(memoryAccess.memoryGrow).mockReturnValue([UNREACHABLE]);
    vi.mocked(memoryAccess.moveMemory).mockReturnValue([DROP, DROP, DROP]);
    vi.mocked(memoryAccess.initMemory).mockReturnValue([DROP, DROP, DROP]);
    expect(memoryInstructions(instrumentModule(checkModule(guest, {})).bytes)).toEqual([]);
  });
});
