import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

import { beforeAll, describe, expect, it } from "vitest";

import { decodeSave } from "gasworks/persistence";
import { runCommandLine } from "gasworks/server";

import { CapturedStreams, gasworks } from "../../support/captured-streams.ts";
import { watGuest } from "../../support/guest.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";

const at = temporaryDirectory();
const WASI = "wasi_snapshot_preview1";

/** Prints one line for each of `lines` rounds, then exits with `exitCode`. */
function printer(lines: number, exitCode: number, text: string = "tick\\n", bytes: number = 5): string {
  return `(module
    (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
    (import "${WASI}" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1)
    (data (i32.const 0) "\\08\\00\\00\\00\\0${bytes}\\00\\00\\00${text}")
    (func (export "_start") (local $i i32)
      (loop $next
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $i) (i32.const ${lines}))))
      (call $exit (i32.const ${exitCode}))))`;
}

/** Copies its input to its output until the end. */
const ECHO = `(module
  (import "${WASI}" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $next
      (i32.store (i32.const 0) (i32.const 64))
      (i32.store (i32.const 4) (i32.const 16))
      (drop (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 4)))
      (if (i32.load (i32.const 4)) (then
        (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (br $next))))))`;

/** Prints a random number as eight raw bytes' worth of letters. */
const RANDOM = `(module
  (import "${WASI}" "random_get" (func $random (param i32 i32) (result i32)))
  (import "${WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\\40\\00\\00\\00\\01\\00\\00\\00")
  (func (export "_start") (local $i i32)
    (loop $next
      (drop (call $random (i32.const 64) (i32.const 1)))
      (i32.store8 (i32.const 64) (i32.add (i32.const 97) (i32.rem_u (i32.load8_u (i32.const 64)) (i32.const 26))))
      (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $i) (i32.const 20))))))`;

async function put(name: string, wat: string): Promise<string> {
  writeFileSync(at(name), await watGuest(wat));
  return at(name);
}

/** The last line of an output, as JSON. */
function lastLine(text: string): unknown {
  return JSON.parse(text.trimEnd().split("\n").at(-1) ?? "");
}

let program: string;

beforeAll(async () => {
  program = await put("program.wasm", printer(40, 7));
});

describe("gasworks run", () => {
  it("passes the program's output on and says how it ended", async () => {
    const { exitCode, stdout, stderr } = await gasworks(["run", program]);
    expect(stdout).toBe("tick\n".repeat(40));
    expect(stderr).toBe("gasworks: run/exited: The program exited with code 7\n");
    expect(exitCode).toBe(1);
  });

  it("prints the result as the last line with --json", async () => {
    const { stdout } = await gasworks(["run", program, "--json", "--gas-per-tick", "100"]);
    expect(lastLine(stdout)).toEqual({
      result: { kind: "exited", exitCode: 7 },
      gasUsed: expect.stringMatching(/^\d+$/),
      ticks: expect.any(Number),
      stateHash: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it("ends an unfinished line before the result, and only such a line", async () => {
    const unfinished = await put("unfinished.wasm", printer(1, 0, "tick\\n", 4));
    expect((await gasworks(["run", unfinished, "--json"])).stdout).toMatch(/^tick\n\{.*\}\n$/);
    expect((await gasworks(["run", program, "--json", "--ticks", "0"])).stdout).toMatch(/^\{.*\}\n$/);
  });

  it("writes the result into a file with --result and leaves the output to the program", async () => {
    const { stdout } = await gasworks(["run", program, "--result", at("result.json")]);
    expect(stdout).toBe("tick\n".repeat(40));
    expect(lastLine(readFileSync(at("result.json"), "utf8"))).toMatchObject({ result: { kind: "exited" } });
  });

  it("stops after --ticks and exits with 0", async () => {
    const { exitCode, stdout } = await gasworks(["run", program, "--gas-per-tick", "50", "--ticks", "3", "--json"]);
    expect(exitCode).toBe(0);
    expect(lastLine(stdout)).toMatchObject({ result: { kind: "out-of-gas" }, ticks: 3 });
  });

  it("counts gas and ticks from the program's start across saves", async () => {
    const whole = await gasworks(["run", program, "--gas-per-tick", "100", "--json"]);
    let args = ["run", program, "--gas-per-tick", "100"];
    let printed = "";
    for (let part = 0; part < 5; part++) {
      const { stdout } = await gasworks([...args, "--ticks", "3", "--save", at("part.gws")]);
      printed += stdout;
      args = ["run", "--resume", at("part.gws")];
    }
    expect(printed + (await gasworks([...args, "--json"])).stdout).toBe(whole.stdout);
  });

  it("goes on with the gas per tick of the save unless told otherwise", async () => {
    await gasworks(["run", program, "--gas-per-tick", "70", "--ticks", "1", "--save", at("slow.gws")]);
    const ticks = async (...more: string[]): Promise<unknown> =>
      lastLine((await gasworks(["run", "--resume", at("slow.gws"), "--json", ...more])).stdout);
    expect(await ticks("--gas-per-tick", "1000000")).toMatchObject({ ticks: 2 });
    expect(await ticks("--ticks", "4")).toMatchObject({ ticks: 5 });
  });

  it("resumes with the save's own program beside it", async () => {
    await gasworks(["run", program, "--gas-per-tick", "50", "--ticks", "1", "--save", at("own.gws")]);
    expect((await gasworks(["run", program, "--resume", at("own.gws")])).exitCode).toBe(1);
  });

  it("resumes the save of a program that has ended, and runs nothing", async () => {
    await gasworks(["run", program, "--save", at("ended.gws")]);
    const { exitCode, stdout } = await gasworks(["run", "--resume", at("ended.gws"), "--json"]);
    expect(exitCode).toBe(1);
    expect(lastLine(stdout)).toMatchObject({ result: { kind: "exited", exitCode: 7 }, ticks: 1 });
  });

  it("reports a trap with its code and exits with 1", async () => {
    const trapping = await put(
      "trap.wasm",
      '(module (memory (export "memory") 1) (func (export "_start") unreachable))',
    );
    const { exitCode, stderr } = await gasworks(["run", trapping, "--save", at("trap.gws")]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^gasworks: trap\/unreachable: .+\n$/);
    const { exitCode: again, stdout } = await gasworks(["run", "--resume", at("trap.gws"), "--json"]);
    expect(again).toBe(1);
    expect(lastLine(stdout)).toMatchObject({ result: { kind: "trapped", trap: { code: "unreachable" } } });
  });

  it("gives a program its input when it asks, and the end of it", async () => {
    const echo = await put("echo.wasm", ECHO);
    expect((await gasworks(["run", echo], ["hello ", "world, this is long\n"])).stdout).toBe(
      "hello world, this is long\n",
    );
  });

  it("goes on reading at the same place after a save while the program waits for input", async () => {
    const echo = await put("echo.wasm", ECHO);
    const whole = await gasworks(["run", echo, "--json"], ["one\n", "two\n"]);
    for (const ticks of ["1", "2", "3"]) {
      const input = ["one\n", "two\n"];
      const streams = new CapturedStreams(input);
      await runCommandLine(["run", echo, "--ticks", ticks, "--save", at("echo.gws")], streams);
      const rest = new CapturedStreams();
      await runCommandLine(["run", "--resume", at("echo.gws"), "--json"], {
        stdin: streams.stdin,
        stdout: rest.stdout,
        stderr: rest.stderr,
      });
      expect(streams.stdout.text + rest.stdout.text).toBe(whole.stdout);
    }
  });

  it("gives the same random numbers for the same seed, across a save", async () => {
    const random = await put("random.wasm", RANDOM);
    const letters = async (seed: string): Promise<string> => (await gasworks(["run", random, "--seed", seed])).stdout;
    expect(await letters("1")).toBe(await letters("1"));
    expect(await letters("1")).not.toBe(await letters("2"));
    const first = await gasworks([
      "run",
      random,
      "--seed",
      "1",
      "--gas-per-tick",
      "300",
      "--ticks",
      "3",
      "--save",
      at("r.gws"),
    ]);
    expect(first.stdout + (await gasworks(["run", "--resume", at("r.gws")])).stdout).toBe(await letters("1"));
  });

  it("gives the same result in both memories, and goes on from one in the other", async () => {
    const lines = ["--gas-per-tick", "100", "--json"];
    const whole = await gasworks(["run", program, ...lines]);
    expect((await gasworks(["run", program, "--memory", "arena", ...lines])).stdout).toBe(whole.stdout);
    for (const [first, then] of [
      ["own", "arena"],
      ["arena", "own"],
    ] as const) {
      const saved = ["--ticks", "9", "--save", at("moved.gws"), "--memory", first];
      const begin = await gasworks(["run", program, "--gas-per-tick", "100", ...saved]);
      const rest = await gasworks(["run", "--resume", at("moved.gws"), "--memory", then, "--json"]);
      expect(begin.stdout + rest.stdout).toBe(whole.stdout);
    }
  });

  it("stops without a word when nobody reads its output", async () => {
    const endless = await put("endless.wasm", printer(2 ** 32 - 1, 0));
    const streams = new CapturedStreams();
    streams.stdout.isClosed = true;
    expect(await runCommandLine(["run", endless, "--gas-per-tick", "1000"], streams)).toBe(0);
    expect(streams.stderr.text).toBe("");
  });

  it("still saves when nobody reads its output", async () => {
    const streams = new CapturedStreams();
    streams.stdout.isClosed = true;
    const args = ["run", program, "--gas-per-tick", "100", "--ticks", "9", "--save", at("unread.gws")];
    expect(await runCommandLine(args, streams)).toBe(0);
    expect(decodeSave(readFileSync(at("unread.gws"))).meta.tick).toBe(9);
  });
});

describe("gasworks run with bad input", () => {
  const saved = (): Buffer => readFileSync(at("good.gws"));

  beforeAll(async () => {
    await gasworks(["run", program, "--gas-per-tick", "100", "--ticks", "3", "--save", at("good.gws")]);
    await put("other.wasm", printer(3, 0));
    await put(
      "needy.wasm",
      '(module (import "env" "launch" (func)) (memory (export "memory") 1) (func (export "_start")))',
    );
    await put(
      "device.wasm",
      `(module (import "device.motor" "open" (func (param i32) (result i32)))
      (memory (export "memory") 1) (func (export "_start")))`,
    );
    writeFileSync(at("text.wasm"), "this is no module");
    writeFileSync(at("empty.wasm"), "");
    writeFileSync(at("half.wasm"), readFileSync(program).subarray(0, 60));
    writeFileSync(at("flipped.gws"), saved().with(200, (saved()[200] ?? 0) ^ 4));
    writeFileSync(at("half.gws"), saved().subarray(0, saved().length / 2));
    writeFileSync(at("newer.gws"), saved().with(4, 2));
  });

  it.each([
    ["no such file", ["missing.wasm"], "cli/no-such-file"],
    ["a directory", ["."], "cli/not-a-file"],
    ["no module", ["text.wasm"], "cli/unknown-format"],
    ["an empty file", ["empty.wasm"], "cli/unknown-format"],
    ["a truncated module", ["half.wasm"], "vm/module-malformed"],
    ["an import that nobody offers", ["needy.wasm"], "vm/import-denied"],
    ["a device, as there is no world here", ["device.wasm"], "vm/import-denied"],
    ["no such C file", ["missing.c"], "cli/no-such-file"],
    ["no such save", ["--resume", "missing.gws"], "cli/no-such-file"],
    ["a save of another program", ["other.wasm", "--resume", "good.gws"], "save/other-program"],
    ["a save with one flipped bit", ["--resume", "flipped.gws"], "save/corrupt"],
    ["a save cut in half", ["--resume", "half.gws"], "save/truncated"],
    ["a later save", ["--resume", "newer.gws"], "save/newer-version"],
    ["a module as a save", ["--resume", "program.wasm"], "save/not-a-save"],
  ])("refuses %s in one line, with code 2, and writes nothing", async (_, files, code) => {
    const before = readdirSync(at("."));
    const args = files.map((file) => (file.startsWith("--") ? file : at(file)));
    const { exitCode, stdout, stderr } = await gasworks([
      "run",
      ...args,
      "--save",
      at("new.gws"),
      "--result",
      at("new.json"),
    ]);
    expect(stderr).toMatch(/^gasworks: [^\n]+\n$/);
    expect(stderr).toContain(`gasworks: ${code}: Cannot `);
    expect(exitCode).toBe(2);
    expect(stdout).toBe("");
    expect(readdirSync(at("."))).toEqual(before);
  });

  it("leaves a save as it is when the one to replace it is refused", async () => {
    writeFileSync(at("precious.gws"), saved());
    await gasworks(["run", "--resume", at("flipped.gws"), "--save", at("precious.gws")]);
    expect(readFileSync(at("precious.gws")).equals(saved())).toBe(true);
  });

  it("refuses to save where there is no directory, before it runs", async () => {
    const { exitCode, stdout, stderr } = await gasworks(["run", program, "--save", at("nowhere/a.gws")]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("gasworks: cli/no-such-file: Cannot write");
  });

  it("names the import that nobody offers", async () => {
    expect((await gasworks(["run", at("needy.wasm")])).stderr).toContain('"env.launch"');
  });
});

describe("gasworks with wrong usage", () => {
  it.each([
    ["no command", []],
    ["an unknown command", ["fly"]],
    ["an unknown option", ["run", "x.wasm", "--gas", "1"]],
    ["an option without its value", ["run", "x.wasm", "--ticks"]],
    ["a number that is none", ["run", "x.wasm", "--ticks", "many"]],
    ["gas of 0", ["run", "x.wasm", "--gas-per-tick", "0"]],
    ["too much gas", ["run", "x.wasm", "--gas-per-tick", "1073741824"]],
    ["a seed out of range", ["run", "x.wasm", "--seed", "4294967296"]],
    ["a seed for a resumed program", ["run", "--resume", "x.gws", "--seed", "1"]],
    ["a memory that this version has not", ["run", "x.wasm", "--memory", "shared"]],
    ["a way that this version has not", ["compile", "x.c", "--way", "abroad"]],
    ["an unknown level", ["compile", "x.c", "-O9"]],
    ["nothing to compile", ["compile"]],
    ["nothing to run", ["run"]],
    ["two modules", ["run", "x.wasm", "y.wasm"]],
    ["nothing to inspect", ["inspect"]],
  ])("refuses %s in one line, with code 64", async (_, args) => {
    const { exitCode, stdout, stderr } = await gasworks(args);
    expect(stderr).toMatch(/^gasworks: cli\/usage: [^\n]+\n$/);
    expect([exitCode, stdout]).toEqual([64, ""]);
  });

  it("says which option was probably meant", async () => {
    expect((await gasworks(["run", "x.wasm", "--gas-per-tik", "1"])).stderr).toContain("did you mean --gas-per-tick?");
  });

  it("says how to run a save", async () => {
    await gasworks(["run", program, "--ticks", "1", "--save", at("hint.gws")]);
    expect((await gasworks(["run", at("hint.gws")])).stderr).toContain("--resume");
  });
});

describe("gasworks --help and --version", () => {
  it.each([["--help"], ["run", "--help"], ["compile", "-h"], ["inspect", "--help"], ["help", "run"]])(
    "prints help on the standard output for %s %s",
    async (...args) => {
      const { exitCode, stdout, stderr } = await gasworks(args.filter((arg) => arg !== undefined));
      expect([exitCode, stderr]).toEqual([0, ""]);
      expect(stdout).toContain("gasworks");
    },
  );

  it("prints the package's version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
    expect((await gasworks(["--version"])).stdout).toBe(`${version}\n`);
  });
});

describe("gasworks verify", () => {
  it("prepares a module and says that the verifier accepts it", async () => {
    const { exitCode, stdout } = await gasworks(["verify", program]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^accepted: \d+ functions in \d+ prepared bytes; memory of its own, of up to 256 pages; imports\n/,
    );
    expect(stdout).toContain(`${WASI}.fd_write, 50 gas and the call`);
  });

  it("does so for an arena", async () => {
    const kept = at("arena.wasm");
    const { stdout } = await gasworks(["verify", program, "--memory", "arena", "-o", kept]);
    expect(stdout).toContain("memory in a slot of an arena, of up to 256 pages");
    expect((await gasworks(["verify", kept])).stdout).toBe(stdout);
  });

  it("keeps the prepared module in a file that it and the engine can read", async () => {
    const kept = at("kept.wasm");
    await gasworks(["verify", program, "-o", kept]);
    expect(WebAssembly.validate(readFileSync(kept))).toBe(true);
    expect(JSON.parse((await gasworks(["verify", kept, "--json"])).stdout)).toEqual({ accepted: true });
  });

  it("says what is wrong where, of a prepared module that is damaged", async () => {
    const kept = at("to-damage.wasm");
    await gasworks(["verify", program, "-o", kept]);
    const bytes = new Uint8Array(readFileSync(kept));
    // local.get 0, i32.const …, i32.sub: a charge.
    const charge = bytes.findIndex(
      (_, place) => [0x20, 0, 0x41].every((byte, i) => bytes[place + i] === byte) && bytes[place + 4] === 0x6b,
    );
    bytes[charge + 3] = (bytes[charge + 3] as number) ^ 1;
    writeFileSync(kept, bytes);
    const { exitCode, stdout, stderr } = await gasworks(["verify", kept]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(
      /^gasworks: cli\/not-verified: The verifier rejects ".*" at function \d+, offset \d+: .+\n$/,
    );
  });

  it("refuses what is no module, and claims that are none", async () => {
    writeFileSync(at("text.wasm"), "text");
    expect((await gasworks(["verify", at("text.wasm")])).stderr).toMatch(/^gasworks: cli\/unknown-format: /);
    const kept = at("claims.wasm");
    await gasworks(["verify", program, "-o", kept]);
    const text = readFileSync(kept, "latin1");
    writeFileSync(kept, text.replace('"guestGlobals"', '"guestglobals"'), "latin1");
    expect((await gasworks(["verify", kept])).stderr).toMatch(
      /^gasworks: vm\/module-malformed: Cannot read the claims/,
    );
  });
});

describe("gasworks inspect", () => {
  it("describes a module", async () => {
    const { exitCode, stdout } = await gasworks(["inspect", program]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`${WASI}.fd_write (i32, i32, i32, i32) -> (i32)`);
    expect(stdout).toContain("verdict    accepted");
    expect(JSON.parse((await gasworks(["inspect", program, "--json"])).stdout)).toMatchObject({
      kind: "module",
      memory: { minimumPages: 1, maximumPages: null },
      exports: [{ name: "memory" }, { name: "_start", type: "() -> ()" }],
    });
  });

  it("describes a module that would be refused, with the reason", async () => {
    const { exitCode, stdout } = await gasworks(["inspect", at("needy.wasm")]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("refused: vm/import-denied");
  });

  it("describes a save", async () => {
    await gasworks(["run", program, "--gas-per-tick", "100", "--ticks", "9", "--save", at("seen.gws")]);
    const { stdout } = await gasworks(["inspect", at("seen.gws")]);
    expect(stdout).toContain("tick       9");
    expect(stdout).toContain("state    paused");
    expect(stdout).toContain("| tick");
    expect(JSON.parse((await gasworks(["inspect", at("seen.gws"), "--json"])).stdout)).toMatchObject({
      kind: "save",
      meta: { name: "program.wasm", tick: 9 },
      computers: [{ id: "program", console: expect.arrayContaining(["tick"]) }],
    });
  });

  it("says of each function how it is charged, and how much of the limits is used", async () => {
    const priced = await put(
      "priced.wasm",
      `(module (memory 1) (func (result i32) (i32.div_u (i32.load (i32.const 0)) (i32.const 3)))
        (func (export "_start") (loop (br_if 0 (call 0)))))`,
    );
    const { stdout } = await gasworks(["inspect", priced]);
    expect(stdout).toMatch(/#\d+ _start \(\d+ bytes\): metered/);
    expect(stdout).toMatch(/#0 \(\d+ bytes\): plain, 10 a call/);
    expect(stdout).toMatch(/limits {5}moduleBytes \d+ of 4194304, /);
    const { gas, limits } = JSON.parse((await gasworks(["inspect", priced, "--json"])).stdout);
    expect(gas).toContainEqual(expect.objectContaining({ name: "_start", kind: "metered", cost: null }));
    expect(limits).toContainEqual({ name: "memoryPages", used: 1, allowed: 256 });
  });

  it("shows the calls of a saved program, with functions and C lines where the program has them", async () => {
    writeFileSync(
      at("deep.c"),
      "int down(int n) {\n  if (n == 0) for (;;) ;\n  return down(n - 1) + 1;\n}\nint main(void) { return down(2); }\n",
    );
    expect((await gasworks(["compile", at("deep.c"), "-g", "-O0", "-o", at("deep.wasm")])).exitCode).toBe(0);
    await gasworks(["run", at("deep.wasm"), "--gas-per-tick", "1000", "--ticks", "2", "--save", at("deep.gws")]);
    const { stdout } = await gasworks(["inspect", at("deep.gws")]);
    const calls = stdout.slice(stdout.indexOf("  calls"));
    expect(calls).toMatch(/^ {2}calls +down at deep\.c:2 at a loop\n +down at deep\.c:3\n +down at deep\.c:3\n/);
    expect(calls).toMatch(/__original_main at deep\.c:5\n +_start at offset \d+\n/);
    const { computers } = JSON.parse((await gasworks(["inspect", at("deep.gws"), "--json"])).stdout);
    expect(computers[0].program.calls).toMatchObject({
      kind: "calls",
      calls: [{ name: "down", kind: "loop", source: { file: "deep.c", line: 2 } }, { kind: "call" }, {}, {}, {}],
    });
  });

  it.each([
    ["half.wasm", "vm/module-malformed"],
    ["half.gws", "save/truncated"],
    ["flipped.gws", "save/corrupt"],
    ["text.wasm", "cli/unknown-format"],
    ["missing", "cli/no-such-file"],
  ])("refuses %s with %s", async (file, code) => {
    const { exitCode, stdout, stderr } = await gasworks(["inspect", at(file)]);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`gasworks: ${code}: `);
  });

  it("lets no escape sequence of a file through to the terminal", async () => {
    const evil = await put(
      "evil.wasm",
      '(module (memory (export "memory") 1) (func (export "\\1b[2Jgone") ) (func (export "_start")))',
    );
    expect((await gasworks(["inspect", evil])).stdout).not.toContain("\u001b");
  });
});

describe("gasworks compile with bad input", () => {
  it("refuses a missing file, with code 2, and writes nothing", async () => {
    const { exitCode, stderr } = await gasworks(["compile", at("missing.c"), "-o", at("missing.out")]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("gasworks: cli/no-such-file: ");
    expect(existsSync(at("missing.out"))).toBe(false);
  });
});
