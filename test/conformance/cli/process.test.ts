// What only a real process shows: exit codes, pipes, streams that close early, and C through the real compiler.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import { gasworksProcess, shell } from "../../support/gasworks-process.ts";
import { programGuest } from "../../support/guest.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();

/** Each process loads an engine and a compiler, which on a busy machine takes ten times as long. In milliseconds. */
const PATIENCE = 240_000;

beforeAll(async () => {
  mkdirSync(at("parts"));
  writeFileSync(
    at("parts/main.c"),
    '#include <stdio.h>\n#include "greet.h"\nint main(void) { greet("you"); return 7; }\n',
  );
  writeFileSync(
    at("parts/greet.c"),
    '#include <stdio.h>\n#include "greet.h"\nvoid greet(const char *n) { printf(FORMAT, n); }\n',
  );
  writeFileSync(at("parts/greet.h"), '#include "format.h"\nvoid greet(const char *name);\n');
  writeFileSync(at("parts/format.h"), '#define FORMAT "hello %s\\n"\n');
  writeFileSync(at("wrong.c"), 'int main(void) {\n    return "seven" * 2;\n}\n');
  writeFileSync(
    at("ask.c"),
    '#include <stdio.h>\nint main(void) { char line[64]; while (fgets(line, sizeof line, stdin)) printf("> %s", line); }\n',
  );
  writeFileSync(at("endless.c"), '#include <stdio.h>\nint main(void) { for (;;) puts("on and on"); }\n');
  for (const name of ["ask", "endless"]) {
    writeFileSync(at(`${name}.wasm`), await programGuest(readFileSync(at(`${name}.c`), "utf8")));
  }
}, PATIENCE);

describe("the gasworks process", { timeout: PATIENCE }, () => {
  it("compiles several files with the headers beside them, and runs the module", async () => {
    const compiled = await gasworksProcess([
      "compile",
      at("parts/main.c"),
      at("parts/greet.c"),
      "-O2",
      "-g",
      "-o",
      at("greet.wasm"),
    ]);
    expect(compiled).toEqual({ exitCode: 0, stdout: "", stderr: "" });
    const { exitCode, stdout } = await gasworksProcess(["run", at("greet.wasm")]);
    expect([exitCode, stdout]).toEqual([1, "hello you\n"]);
  });

  it("shows a mistake in C at its line, exits with 2 and writes nothing", async () => {
    const { exitCode, stdout, stderr } = await gasworksProcess(["compile", at("wrong.c"), "-o", at("wrong.wasm")]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    const [diagnostic, words, summary, ...rest] = stderr.split("\n");
    expect(diagnostic).toMatch(new RegExp(`^${at("wrong.c")}:2:20: error: invalid operands`));
    expect(words).toMatch(/^ {4}C cannot compute with /);
    expect(summary).toBe(`gasworks: cli/compile-failed: Cannot compile ${at("wrong.c")}: 1 error`);
    expect(rest).toEqual([""]);
    expect(existsSync(at("wrong.wasm"))).toBe(false);
  });

  it("refuses to run C with a mistake, with 2", async () => {
    const { exitCode, stderr } = await gasworksProcess(["run", at("wrong.c"), "--save", at("wrong.gws")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("wrong.c:2:20: error: ");
    expect(existsSync(at("wrong.gws"))).toBe(false);
  });

  it("exits with 64 for wrong usage", async () => {
    expect((await gasworksProcess(["run", "--gas", "1"])).exitCode).toBe(64);
  });

  it("reads its standard input when the program does", async () => {
    expect((await shell(`(printf 'a\\n'; sleep 0.2; printf 'b\\n') | gasworks run "${at("ask.wasm")}"`)).stdout).toBe(
      "> a\n> b\n",
    );
    expect(await shell(`gasworks run "${at("ask.wasm")}" <&-`)).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });

  it("ends quietly when its reader goes away", async () => {
    const { exitCode, stdout, stderr } = await shell(
      `{ gasworks run "${at("endless.wasm")}"; echo "exit $?" >&2; } | head -n 2`,
    );
    expect([exitCode, stdout, stderr]).toEqual([0, "on and on\non and on\n", "exit 0\n"]);
  });

  it("writes through a link and to what is no file, and replaces neither", async () => {
    writeFileSync(at("empty.wat"), "(module)");
    const { exitCode, stdout } = await shell(
      `cd "${at(".")}" && ln -s real.wasm link.wasm && : > real.wasm && gasworks compile ask.c -o link.wasm && ` +
        "test -L link.wasm && gasworks compile empty.wat -o /dev/null && test -c /dev/null && gasworks compile empty.wat -o /dev/stdout | cat",
    );
    expect(exitCode).toBe(0);
    expect(stdout.startsWith("\0asm")).toBe(true);
    expect(readFileSync(at("real.wasm")).length).toBeGreaterThan(1_000);
  });
});
