// What we add to the C library's headers.

import { formatDiagnostic } from "gasworks/toolchain";
import { createVm, gas, prepareModule } from "gasworks/vm";
import { describe, expect, it, vi } from "vitest";

import { sharedCompiler as compiler } from "../../../bench/compile-freestanding.ts";
import { selectSysroot } from "../../../toolchain/embedded/sysroot.ts";
import { writeTar } from "../../../toolchain/embedded/tar.ts";
import { HEADER_ADDITIONS, OWN_HEADERS } from "../../../toolchain/sdk/headers.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

async function run(source: string, optimization: "-O0" | "-O2"): Promise<object> {
  const { wasm, diagnostics } = await compiler.compile({ "main.c": source }, { optimization });
  expect(diagnostics.map(formatDiagnostic)).toEqual([]);
  const module = await prepareModule(wasm ?? new Uint8Array(), { wasi: true, setjmp: true });
  return createVm(module).runSlice(gas(10_000_000));
}

describe("the headers", () => {
  it.each(["-O0", "-O2"] as const)(
    "have what interpreters ask for of a system, which fails as it may: %s",
    async (level) => {
      const source = `
      #pragma clang diagnostic ignored "-Wdeprecated-declarations"
      #include <errno.h>
      #include <signal.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <time.h>
      static void ignore(int number) { (void)number; }
      int main(void) {
        char name[L_tmpnam];
        errno = 0;
        if (tmpfile() != NULL || errno == 0) return 1;
        if (tmpnam(name) != NULL) return 2;
        if (system(NULL) != 0 || system("true") != -1) return 3;
        if (signal(SIGINT, ignore) == SIG_ERR || clock() == (clock_t)-1) return 4;
        return 0;
      }`;
      expect(await run(source, level)).toMatchObject({ kind: "exited", exitCode: 0 });
    },
  );

  it.each(["-O0", "-O2"] as const)(
    "leave a program its own functions and members of those names: %s",
    async (level) => {
      const source = `
      #include <stdio.h>
      #include <stdlib.h>
      #include <setjmp.h>
      struct world { int (*system)(const char *); int setjmp, longjmp; };
      int system(const char *command) { return command[0]; }
      int main(void) {
        struct world world = {system, 1, 2};
        return world.system("A") + world.setjmp + world.longjmp + system("B");
      }`;
      expect(await run(source, level)).toMatchObject({ kind: "exited", exitCode: 65 + 3 + 66 });
    },
  );

  it("are in the archive, beside and behind what the package has", () => {
    const name = "include/wasm32-wasip1/stdio.h";
    const archive = writeTar([{ name, bytes: new TextEncoder().encode("#pragma once\n") }]);
    const files = selectSysroot(archive);
    expect(files.map((file) => file.name)).toEqual([...Object.keys(OWN_HEADERS), name].toSorted());
    const text = new TextDecoder().decode(files.find((file) => file.name === name)?.bytes);
    expect(text).toBe(`#pragma once\n${HEADER_ADDITIONS[name]}`);
  });
});
