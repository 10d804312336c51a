// The names of the C library that editors offer, beside the library itself.

import { C_LIBRARY, explainDiagnostics, formatDiagnostic, type LibraryName } from "gasworks/toolchain";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler as compiler } from "../../../bench/compile-freestanding.ts";

vi.setConfig({ testTimeout: 60_000 });

const INCLUDES = [...new Set(C_LIBRARY.map(({ header }) => `#include <${header}>\n`))].join("");
const functions = C_LIBRARY.filter(({ kind }) => kind === "function");

async function messagesOf(source: string): Promise<readonly string[]> {
  const { diagnostics } = await compiler.compile({ "main.c": source });
  return diagnostics.map(formatDiagnostic);
}

/** A use of a name that compiles if the name is what the list says. */
function useOf({ name, kind }: LibraryName, index: number): string {
  if (kind === "type") return `${name} *use${index};`;
  return name === "assert" ? "void check(int x) { assert(x > 0); }" : `__typeof__(${name}) *use${index};`;
}

describe("C_LIBRARY", () => {
  it("declares functions as the library does", async () => {
    // Some are macros as well.
    const declarations = functions.map(({ name, declaration }) => `#undef ${name}\n${declaration};\n`).join("");
    expect(await messagesOf(`${INCLUDES}${declarations}int main(void) { return 0; }\n`)).toEqual([]);
  });

  it("knows the header of every name", async () => {
    const headers = [...new Set(C_LIBRARY.map(({ header }) => header))];
    for (const header of headers) {
      const uses = C_LIBRARY.filter((each) => each.header === header).map(useOf);
      const source = `#include <${header}>\n${uses.join("\n")}\nint main(void) { return 0; }\n`;
      expect(await messagesOf(source), header).toEqual([]);
    }
  });

  it("has each name once, with a sentence", () => {
    expect(new Set(C_LIBRARY.map(({ name }) => name)).size).toBe(C_LIBRARY.length);
    expect(C_LIBRARY.filter(({ doc }) => !/[.)]$/.test(doc)).map(({ name }) => name)).toEqual([]);
  });

  it("leads to the header of a function that is called without it", async () => {
    const some = functions.filter(({ name }) => ["printf", "sqrt", "qsort", "usleep", "isalpha"].includes(name));
    for (const { name, header } of some) {
      const sources = { "main.c": `int main(void) { ${name}(1); return 0; }\n` };
      const { diagnostics } = await compiler.compile(sources);
      const [first] = explainDiagnostics(diagnostics, { sources });
      expect(first?.fixes[0]?.title).toBe(`Add \`#include <${header}>\``);
    }
  });
});
