import { describe, expect, it } from "vitest";

import { createVm, gas, prepareModule } from "gasworks/vm";

import { ProgramImage } from "../../../src/persistence/program-image.ts";
import { assembleWat } from "../../support/assemble-wat.ts";

const pageOf = (image: ProgramImage, index: number): string | undefined => {
  const page = image.page(index);
  return page && new TextDecoder().decode(page).replaceAll("\0", ".").replace(/\.+$/, "");
};

describe("ProgramImage", () => {
  it("is what the memory of a program holds before it runs, page by page", async () => {
    const wasm = await assembleWat(`(module (memory 3) (func (export "_start"))
      (data (i32.const 3) "first") (data (i32.const 4094) "over two pages")
      (data "passive") (data (i32.const 5000) "") (data (i32.const 8192) "\\00\\00") (data (i32.const 131072) "far"))`);
    const image = new ProgramImage(wasm);
    expect([0, 1, 2, 32].map((index) => pageOf(image, index))).toEqual([
      `...first${".".repeat(4_086)}ov`,
      "er two pages",
      undefined,
      "far",
    ]);
    using vm = createVm(await prepareModule(wasm, {}), { entropySeed: 1 });
    expect(vm.runSlice(gas(100_000)).kind).toBe("exited");
    const { memory } = vm.snapshot();
    for (let index = 0; index < memory.length / 4_096; index++) {
      const start = memory.subarray(index * 4_096, (index + 1) * 4_096);
      expect(image.page(index) ?? new Uint8Array(4_096)).toEqual(new Uint8Array(start));
    }
  });

  it.each<[string, Uint8Array]>([
    ["no bytes", new Uint8Array()],
    ["a module without data", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
    ["a data section that is cut", Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 11, 5, 1, 0, 0x41)],
    ["an address that is not constant", dataSection(0, 0x23, 0, 0x0b, 1, 1)],
    ["an address without an end", dataSection(0, 0x41, 0, 1, 1)],
    ["an address of six bytes", dataSection(0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x0b, 1, 1)],
    ["a segment of another memory", dataSection(2, 1, 0x41, 0, 0x0b, 1, 1)],
    ["a segment of an unknown mode", dataSection(3, 0x41, 0, 0x0b, 1, 1)],
    ["a segment that reaches into the next", section([2, 0, 0x41, 0, 0x0b, 2, 1, 1, 0, 0x41, 1, 0x0b, 1, 1])],
    ["segments out of order", section([2, 0, 0x41, 1, 0x0b, 1, 1, 0, 0x41, 0, 0x0b, 1, 1])],
    ["a segment longer than the section", dataSection(0, 0x41, 0, 0x0b, 200, 1, 1)],
  ])("is empty for %s", (_, wasm) => {
    expect(new ProgramImage(wasm).page(0)).toBeUndefined();
  });

  it("knows addresses over 2 GiB, which the format has as negative ones", () => {
    const image = new ProgramImage(dataSection(2, 0, 0x41, 0x80, 0x80, 0x80, 0x80, 0x78, 0x0b, 1, 0x78));
    expect(pageOf(image, 2 ** 31 / 4_096)).toBe("x");
  });

  it("is empty for more than a thousand segments", () => {
    const module = (count: number): Uint8Array => {
      const segments = Array.from({ length: count }, (_, i) => [
        0,
        0x41,
        (i & 0x7f) | 0x80,
        i >> 7,
        0x0b,
        1,
        0x78,
      ]).flat();
      return section([(count & 0x7f) | 0x80, count >> 7, ...segments]);
    };
    expect(pageOf(new ProgramImage(module(1_000)), 0)).toBe("x".repeat(1_000));
    expect(pageOf(new ProgramImage(module(1_001)), 0)).toBeUndefined();
  });
});

/** A module whose only section is a data section with one segment. */
function dataSection(...segment: readonly number[]): Uint8Array {
  return section([1, ...segment]);
}

function section(content: readonly number[]): Uint8Array {
  const size = [(content.length & 0x7f) | 0x80, content.length >> 7];
  return Uint8Array.from([[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], [11, ...size], content].flat());
}
