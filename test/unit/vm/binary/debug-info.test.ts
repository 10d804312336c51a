import { lineAt, readDebugInfo, readLineTable, readNames, VmError } from "gasworks/vm";
import { describe, expect, it } from "vitest";

import { customSections } from "../../../../src/vm/binary/custom-sections.ts";
import { programGuest, watGuest } from "../../../support/guest.ts";
import { clangWith, symbolize } from "../../../support/llvm-tools.ts";
import { Random } from "../../../support/random.ts";

const SOURCES = {
  "a.c": `#include "h.h"
int g;
int f(int x) {
  for (int i = 0; i < x; i++) {
    g += twice(i);
  }
  return g;
}
`,
  "b.c": `extern int g;\nint never(int x) { return x + 1; }\nint other(int x) {\n  return x / g;\n}\n`,
  "h.h": `static inline int twice(int x) {\n  return x * 2 ^ 3;\n}\n`,
};

const HELLO = `#include <stdio.h>\nint main(void) {\n  printf("hello\\n");\n  return 0;\n}\n`;

describe.each(["-gdwarf-2", "-gdwarf-3", "-gdwarf-4", "-gdwarf-5"])("readLineTable() of clang %s", (version) => {
  it.each(["-O0", "-O1"])("agrees with llvm-symbolizer at every offset of the code, at %s", async (optimization) => {
    const wasm = await clangWith([version, optimization], SOURCES);
    const { functions } = readDebugInfo(wasm);
    const codeStart = customSections(wasm).code?.start ?? 0;
    const table = readLineTable(wasm);
    const offsets = functions.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, at) => start + at));
    const symbols = await symbolize(
      wasm,
      offsets.map((offset) => offset - codeStart),
    );
    const ours = offsets.map((offset) => lineAt(table, offset));
    // The oracle says where a line was inlined to; the line itself is the first it names.
    expect(ours.map((source) => source?.line ?? 0)).toEqual(symbols.map(({ line }) => line));
    expect(ours.map((source) => source?.file.split("/").at(-1) ?? "")).toEqual(
      symbols.map(({ file, line }) => (line === 0 ? "" : file.split("/").at(-1))),
    );
    expect(new Set(ours.map((source) => source?.file.split("/").at(-1)))).toContain("b.c");
  });
});

/** A module of an empty function and custom sections. */
async function withSections(sections: Readonly<Record<string, readonly number[]>>): Promise<Uint8Array> {
  const base = await watGuest(`(module (func (export "_start")) (func $second))`);
  const size = (value: number): number[] => [(value & 0x7f) | 0x80, (value >> 7) & 0x7f];
  const custom = Object.entries(sections).flatMap(([name, content]) => {
    const bytes = [name.length, ...Buffer.from(name), ...content];
    return [0, ...size(bytes.length), ...bytes];
  });
  return Uint8Array.from([...base, ...custom]);
}

describe("readNames()", () => {
  it("reads names of functions and globals, imports included", async () => {
    const wasm = await programGuest(HELLO, { debug: true });
    const { functions, globals } = readNames(wasm);
    expect([...functions.values()]).toEqual(expect.arrayContaining(["_start", "__original_main", "puts"]));
    expect(globals.get(0)).toBe("__stack_pointer");
  });

  it("gives no names for modules that have none", async () => {
    expect(readNames(await watGuest(`(module (func (export "_start")))`)).functions.size).toBe(0);
  });

  it.each([
    ["a count that lies", [1, 6, 0xff, 0xff, 0xff, 0xff, 0x0f, 0]],
    ["a part beyond the end", [1, 60, 1, 0]],
    ["a name beyond its part", [1, 4, 1, 0, 9, 65]],
    ["a name that is not UTF-8", [1, 5, 1, 0, 2, 0xc3, 0x28]],
  ])("refuses %s", async (_, content) => {
    const wasm = await withSections({ name: content });
    expect(() => readNames(wasm)).toThrow(expect.objectContaining({ code: "vm/module-malformed" }));
  });
});

describe("readDebugInfo()", () => {
  it("names functions by their exports where there is no name section", async () => {
    const { names } = readDebugInfo(await watGuest(`(module (import "m" "f" (func)) (func (export "_start")))`));
    expect([...names.functions]).toEqual([
      [0, "m.f"],
      [1, "_start"],
    ]);
  });

  it("leaves out what is damaged, and says so", async () => {
    const wasm = await withSections({ name: [1, 60], ".debug_line": [9, 0, 0, 0] });
    const { names, lines, problems } = readDebugInfo(wasm);
    expect([names.functions.get(0), lines.offsets.length]).toEqual(["_start", 0]);
    expect(problems.map(({ code }) => code)).toEqual(["vm/module-malformed", "vm/module-malformed"]);
  });

  it("refuses what is no module", () => {
    expect(() => readDebugInfo(new Uint8Array(20))).toThrow(VmError);
  });
});

describe("readLineTable() of hostile bytes", () => {
  const unit = (content: readonly number[]): number[] => [content.length, content.length >> 8, 0, 0, ...content];
  /** Version 4: no directories, one file "x.c", opcodes from 13, lines -5 … +8. */
  const header = [4, 0, 27, 0, 0, 0, 1, 1, 1, 0xfb, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1, 0];
  const program = (...code: number[]): number[] => unit([...header, ...Buffer.from("x.c\0"), 0, 0, 0, 0, ...code]);
  const setAddress = (address: number): number[] => [0, 5, 2, address, address >> 8, address >> 16, address >> 24];
  const END = [0, 1, 1];

  it("reads a table that was written by hand", async () => {
    const wasm = await withSections({ ".debug_line": program(...setAddress(2), 3, 9, 1, 2, 1, 20, ...END) });
    const table = readLineTable(wasm);
    const codeStart = customSections(wasm).code?.start ?? 0;
    expect(lineAt(table, codeStart + 2)).toEqual({ file: "x.c", line: 10, column: 0 });
    expect(lineAt(table, codeStart + 1)).toBeUndefined();
    expect(lineAt(table, codeStart + 4)).toBeUndefined();
  });

  it.each([
    ["a program without an end", program(...setAddress(2), 1)],
    ["code that the linker dropped to address 0", program(...setAddress(0), 1, 2, 3, 1, ...END)],
    ["code that the linker dropped to the last address", program(...setAddress(-1), 1, 2, 3, 1, ...END)],
    ["addresses beyond all numbers", program(...setAddress(2), 2, ...Array(200).fill(0xff), 0, 1, ...END).slice(0, -7)],
  ])("says nothing of %s, or refuses it", async (_, content) => {
    const wasm = await withSections({ ".debug_line": content });
    let rows = 0;
    try {
      rows = readLineTable(wasm).offsets.length;
    } catch (error) {
      expect(error).toBeInstanceOf(VmError);
    }
    expect(rows).toBe(0);
  });

  it.each([
    ["64-bit debug information", [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], "vm/module-unsupported"],
    ["a version of the future", unit([6, 0, 0, 0, 0, 0]), "vm/module-unsupported"],
    ["a length beyond the section", [200, 0, 0, 0, 4, 0], "vm/module-malformed"],
    ["a header beyond the unit", unit([4, 0, 200, 0, 0, 0]), "vm/module-malformed"],
    ["a range of no lines", unit([4, 0, 6, 0, 0, 0, 1, 1, 1, 0, 0, 1]), "vm/module-malformed"],
    ["files without form", unit([5, 0, 4, 0, 9, 0, 0, 0, 1, 1, 1, 0, 1, 1, 0, 0xff, 0x7f]), "vm/module-malformed"],
  ])("refuses %s", async (_, content, code) => {
    const wasm = await withSections({ ".debug_line": content });
    expect(() => readLineTable(wasm)).toThrow(expect.objectContaining({ code }));
  });

  it("takes time and memory in proportion to the bytes, also where names are shared by thousands of entries", async () => {
    const entries = 3_000;
    const files = [1, 1, 0x1f, 1, 0, 0, 0, 0, 1, 1, 0x1f, 0xb8, 0x17, ...Array(4 * entries).fill(0)];
    const content = unit([5, 0, 4, 0, 0, 0x20, 0, 0, 1, 1, 1, 0, 1, 1, ...files]);
    const wasm = await withSections({ ".debug_line": content, ".debug_line_str": [...Array(10_000).fill(65), 0] });
    expect(() => readLineTable(wasm)).toThrow(VmError);
  });

  it("never throws anything but VmError, and ends, on 2,000 damaged modules", async () => {
    const good = [await clangWith(["-gdwarf-4", "-O1"], SOURCES), await clangWith(["-gdwarf-5", "-O1"], SOURCES)];
    const random = new Random(7);
    for (let round = 0; round < 2_000; round++) {
      const bytes = (good[round % 2] as Uint8Array).slice();
      const sections = customSections(bytes).byName;
      const parts = [".debug_line", ".debug_line_str", "name"].flatMap((name) => sections.get(name) ?? []);
      const part = parts[random.below(parts.length)];
      if (part === undefined) throw new Error("No debug information to damage");
      for (let flips = 1 + random.below(4); flips > 0; flips--) {
        bytes[part.offset + random.below(part.end - part.offset)] = random.below(256);
      }
      try {
        readNames(bytes);
        readLineTable(bytes);
      } catch (error) {
        if (!(error instanceof VmError)) throw error;
      }
    }
  });
});
