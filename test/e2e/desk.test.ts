// The panel in a real browser: nothing that a player types or runs harms the page.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { assembleWat } from "../support/assemble-wat.ts";
import { openDemo, type Demo, type Player } from "./support/demo.ts";

let demo: Demo;
beforeAll(async () => {
  demo = await openDemo();
});
afterEach(() => demo.sendHome());
afterAll(() => demo[Symbol.asyncDispose]());

/** Frames a second over a second and a half, counted in the page by its own requestAnimationFrame. */
function framesPerSecond(player: Player): Promise<number> {
  return player.page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const since = performance.now();
        let frames = 0;
        const count = (): void => {
          frames++;
          const elapsed = performance.now() - since;
          if (elapsed > 1_500) resolve((frames * 1_000) / elapsed);
          else requestAnimationFrame(count);
        };
        requestAnimationFrame(count);
      }),
  );
}

test("the program that is there at first fetches the ore when Run is pressed", async () => {
  const player = await demo.newPlayer();
  await player.run();
  const end = await player.until("the end of the program", ({ computer }) => computer === "exited", 110_000);
  expect(end).toMatchObject({ exitCode: 0, delivered: 3, rover: { x: 3, y: 6, heading: "east", cargo: 0 } });
  expect(end.output).toBe(
    [
      ...[1, 2, 3].flatMap((trip) => [`trip ${trip}: ${4 + 2 * trip} tiles out ...`, `trip ${trip}: home again`]),
      "All ore is in the gasholder.",
      "",
    ].join("\n"),
  );
  expect(player.uncaught).toEqual([]);
});

test("while (1); leaves the page its frames, and Stop works at once", async () => {
  const player = await demo.newPlayer({ isHastened: false });
  await player.page.selectOption("#program", "busy-loop");
  const idle = await framesPerSecond(player);
  await player.run();
  const started = await player.until("the busy loop", ({ program }) => program.startedAtTick !== null, 110_000);
  const busy = await framesPerSecond(player);
  const after = await player.until(
    "ticks of the busy loop, and frames",
    ({ tick, frames }) => tick > started.tick + 10 && frames > started.frames + 5,
  );
  console.log(`frames a second: ${idle.toFixed(1)} idle, ${busy.toFixed(1)} under while (1);`);
  expect(after.computer).toBe("running");
  expect(BigInt(after.gasUsed)).toBeGreaterThan(100_000n);

  const since = Date.now();
  await player.page.click("#stop");
  const stopped = await player.state();
  console.log(`Stop took ${Date.now() - since} ms, the click included`);
  expect(stopped.computer).toBe("off");
  expect(player.uncaught).toEqual([]);
});

test("a program that prints without end leaves the page its frames, and a console that stays small", async () => {
  const player = await demo.newPlayer({ isHastened: false });
  await player.write('#include <stdio.h>\nint main(void) { for (unsigned i = 0;; i++) printf("flood %u\\n", i); }\n');
  await player.run();
  const started = await player.until("a flood", ({ console }) => console.includes("flood 1500\n"), 110_000);
  console.log(`frames a second under a flood: ${(await framesPerSecond(player)).toFixed(1)}`);
  const after = await player.until(
    "more ticks, and frames",
    ({ tick, frames }) => tick > started.tick + 20 && frames > started.frames + 5,
  );
  expect(after.console.length).toBeLessThan(70_000);
  expect((await player.page.locator("#console").textContent())?.length).toBeLessThan(70_000);
  await player.page.click("#stop");
  expect((await player.state()).computer).toBe("off");
  expect(player.uncaught).toEqual([]);
});

test("a mistake is shown at its line, in the list and above the rover, and leads there", async () => {
  const player = await demo.newPlayer();
  await player.write('#include "devices.h"\n\nint main(void) {\n    int x = missing;\n    return y;\n}\n');
  await player.run();
  const problem = player.page.locator(".problem[data-severity=error]").first();
  await problem.waitFor({ timeout: 110_000 });
  await expect.poll(() => problem.getAttribute("data-line")).toBe("4");
  await expect.poll(() => problem.textContent()).toContain("missing is not known here");
  // The second one is in its own line: the editor marks lines 4 and 5.
  const marked = player.page.locator(".cm-gutter-lint .cm-gutterElement:has(.cm-lint-marker-error)");
  await expect.poll(() => marked.count()).toBe(2);
  await expect.poll(() => player.page.locator(".computer").getAttribute("data-state")).toBe("refused");

  await player.page.locator(".problem[data-line='5']").click();
  await expect.poll(() => player.page.locator(".cm-activeLine").first().textContent()).toBe("    return y;");
});

test("a mistake is told in plain words with its notes, and mended with one click; the compiler's text is one click away", async () => {
  const player = await demo.newPlayer();
  await player.write(
    '#include "devices.h"\n\nint main(void) {\n    motor_t motor = motor_open("motor");\n    motor_forwrad(motor, 1);\n    int n = strlen("abc")\n    motor_turn(motor, n);\n    return 0;\n}\n',
  );
  await player.run();
  const problems = player.page.locator("#problems > li");
  await problems.first().waitFor({ timeout: 110_000 });
  await expect
    .poll(() => problems.locator(".problem-title").allTextContents())
    .toEqual(["There is no function motor_forwrad", "strlen needs an include", "A semicolon is missing"]);
  // Underlined in the text, each in its line.
  await expect.poll(() => player.page.locator(".cm-lintRange-error").allTextContents()).toContain("motor_forwrad");
  // The rest is folded up.
  const raw = problems.first().locator("pre");
  await expect.poll(() => raw.isVisible()).toBe(false);
  await problems.first().locator("summary").click();
  await expect
    .poll(() => raw.textContent())
    .toContain("main.c:5:5: error: call to undeclared function 'motor_forwrad'");
  await expect.poll(() => raw.isVisible()).toBe(true);
  // A note leads to the header, which is a tab.
  await problems.first().locator(".problem-note").first().click();
  await expect
    .poll(() => player.page.getByRole("tab", { name: "devices.h" }).getAttribute("aria-selected"))
    .toBe("true");

  // The first fix puts a line above the places of the others.
  await player.page.getByRole("button", { name: "Add #include <string.h>" }).click();
  await player.page.getByRole("button", { name: "Change to motor_forward" }).click();
  // The last one in the tooltip of the editor.
  await player.page.getByRole("tab", { name: "main.c" }).click();
  await player.page.locator(".cm-lintRange-error, .cm-lintPoint-error").first().hover();
  const tooltip = player.page.locator(".cm-tooltip-lint");
  await tooltip.waitFor();
  await expect.poll(() => tooltip.textContent()).toContain("Every statement ends with one.");
  await tooltip.getByRole("button", { name: "Insert ;" }).click();
  await expect.poll(() => problems.count()).toBe(0);
  await expect.poll(() => player.page.locator(".cm-lintRange-error, .cm-lintPoint-error").count()).toBe(0);
  await player.run();
  const end = await player.until("the end of the program", ({ computer }) => computer === "exited", 110_000);
  expect(end).toMatchObject({ exitCode: 0 });
  expect(player.uncaught).toEqual([]);
});

test("names of the C library are completed with their header, and explained under the pointer", async () => {
  const player = await demo.newPlayer();
  await player.write('int main(void) {\n    char a[4] = "abc", b[4];\n    \n    return b[0];\n}\n');
  await player.page.locator(".cm-line").nth(2).click();
  await player.page.keyboard.press("End");
  await player.page.keyboard.type("memcp", { delay: 30 });
  const offered = player.page.locator(".cm-tooltip-autocomplete");
  await offered.waitFor();
  await player.page.keyboard.press("Control+Space");
  await offered.getByText("memcpy", { exact: false }).first().click();
  await player.page.keyboard.type("(b, a, sizeof b);");
  const lines = player.page.locator(".cm-content").first().locator(".cm-line");
  await expect
    .poll(async () => (await lines.allTextContents()).slice(0, 4))
    .toEqual([
      "#include <string.h>",
      "int main(void) {",
      '    char a[4] = "abc", b[4];',
      "    memcpy(b, a, sizeof b);",
    ]);
  await player.page.getByText("memcpy", { exact: false }).first().hover();
  const tooltip = player.page.locator(".word-tooltip");
  await tooltip.waitFor();
  await expect.poll(() => tooltip.textContent()).toContain("void *memcpy(void *to, const void *from, size_t size)");
  expect(player.uncaught).toEqual([]);
});

test("programs in AssemblyScript and WebAssembly text run beside C, with the headers of their language", async () => {
  const player = await demo.newPlayer();
  const scripts: string[] = [];
  player.page.on("request", (request) => scripts.push(request.url()));
  const tabs = (): Promise<string[]> => player.page.getByRole("tab").allTextContents();
  await expect.poll(tabs).toEqual(["main.c", "gasworks.h", "devices.h", "manual"]);

  await player.page.selectOption("#program", "square");
  await expect.poll(tabs).toEqual(["main.wat", "manual"]);
  expect(scripts.filter((url) => /wabt|languages|browser\.worker|asc/.test(url))).toEqual([]);
  await player.run();
  const square = await player.until("the end of the square", ({ computer }) => computer === "exited", 110_000);
  expect(square).toMatchObject({ output: "Once around.\n", exitCode: 0 });

  await player.page.selectOption("#program", "measure-room");
  await expect.poll(tabs).toEqual(["main.ts", "gasworks.ts", "devices.ts", "manual"]);
  await player.run();
  const measured = await player.until("four sides", ({ output }) => output.includes("longest way"), 110_000);
  expect(measured.output).toMatch(/^side 1: \d+ tiles\n/);

  // A mistake is at its place there as well.
  await player.write("export function _start(): void {\n  missing();\n}\n");
  await player.run();
  const problem = player.page.locator(".problem[data-severity=error]").first();
  await problem.waitFor({ timeout: 110_000 });
  await expect.poll(() => problem.getAttribute("data-line")).toBe("2");
  await expect.poll(() => problem.textContent()).toContain("missing is not known here");
  await expect.poll(() => player.page.locator(".cm-lintRange-error").first().textContent()).toBe("missing");

  await player.page.selectOption("#program", "fetch-ore");
  await expect.poll(tabs).toEqual(["main.c", "gasworks.h", "devices.h", "manual"]);
  expect(player.uncaught).toEqual([]);
});

test("a compiled program that is dropped on the panel is checked, and runs or is refused in words", async () => {
  const player = await demo.newPlayer();
  const drop = async (name: string, bytes: readonly number[]): Promise<void> => {
    const files = await player.page.evaluateHandle(
      (given) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(given.bytes)], given.name));
        return transfer;
      },
      { name, bytes },
    );
    await player.page.dispatchEvent(".desk", "drop", { dataTransfer: files });
  };
  const good = await assembleWat('(module (memory (export "memory") 1) (func (export "_start")))');
  await drop("ready.wasm", [...good]);
  const end = await player.until("the end of the program", ({ computer }) => computer === "exited");
  expect(end).toMatchObject({ exitCode: 0 });
  expect((await player.state()).console).toContain(`Running ready.wasm, ${good.length} bytes.`);

  const reaching = await assembleWat(
    '(module (import "env" "fetch" (func)) (memory (export "memory") 1) (func (export "_start")))',
  );
  await drop("reaching.wasm", [...reaching]);
  await player.until("the refusal", ({ console }) => console.includes("env.fetch"));
  await expect.poll(() => player.page.locator("#state").textContent()).toContain('Cannot import "env.fetch"');
  await drop("garbage.wasm", [1, 2, 3, 4]);
  await player.until("the refusal", ({ console }) => console.includes("Cannot read the module"));
  await expect.poll(() => player.page.locator(".computer").getAttribute("data-state")).toBe("refused");
  await drop("notes.txt", [1, 2, 3]);
  await player.until("the refusal", ({ console }) => console.includes("expected a program as a .wasm file"));
  expect(player.uncaught).toEqual([]);
});

test("keys typed into the editor never reach the game, and reach it again after Escape", async () => {
  const player = await demo.newPlayer();
  await player.page.locator(".cm-content").first().click();
  await player.page.keyboard.press("Control+A");
  const before = await player.state();
  await player.page.keyboard.type("was d x f + - 0", { delay: 30 });
  await player.page.keyboard.press("ArrowLeft");
  await player.page.keyboard.type("Q", { delay: 30 });
  const text = (): Promise<string | null> => player.page.locator(".cm-content").first().textContent();
  await expect.poll(text).toBe("was d x f + - Q0");
  expect((await player.state()).view).toEqual(before.view);

  await player.page.keyboard.press("Escape");
  await player.page.keyboard.press("+");
  const zoomed = await player.until("a larger zoom", ({ view }) => view.zoom === before.view.zoom + 1);
  await player.page.keyboard.down("d");
  await player.until("a view further east", ({ view }) => view.x > zoomed.view.x + 8);
  await player.page.keyboard.up("d");
  expect(await text()).toBe("was d x f + - Q0");
});

test("Control Enter runs the program, and what was typed survives a reload", async () => {
  const player = await demo.newPlayer();
  await player.write('#include <stdio.h>\nint main(void) { puts("mine"); return 3; }\n');
  await player.page.keyboard.press("Control+Enter");
  const end = await player.until("the end of the program", ({ computer }) => computer === "exited", 110_000);
  expect(end).toMatchObject({ output: "mine\n", exitCode: 3 });
  await player.reload();
  await expect.poll(() => player.page.locator(".cm-content").first().textContent()).toContain('puts("mine")');
});

test("Shift Alt F puts a program in order, leaves the caret at its word, and one undo takes it back", async () => {
  const player = await demo.newPlayer();
  const messy = "int   main( void ){\nint n=1;   return n ; }\n";
  await player.write(messy);
  const text = async (): Promise<string> =>
    (await player.page.locator(".cm-content").first().locator(".cm-line").allTextContents()).join("\n");
  const before = await text();
  await player.page.keyboard.press("Shift+Alt+F");
  await expect.poll(text).toBe("int main(void) {\n    int n = 1;\n    return n;\n}\n");
  await player.page.keyboard.press("Control+z");
  await expect.poll(text).toBe(before);
});

test("a crash is told in words, and Reset puts the yard back", async () => {
  const player = await demo.newPlayer();
  await player.runProgram(
    '#include "devices.h"\nint main(void) { motor_forward(motor_open("motor"), 2); volatile int zero = 0; return 100 / zero; }\n',
  );
  await player.until("the crash", ({ computer }) => computer === "crashed");
  await expect.poll(() => player.page.locator("#state").textContent()).toMatch(/^crashed: Division by zero/);
  expect((await player.state()).console).toContain("divided an integer by zero");
  await player.page.click("#reset");
  await expect.poll(() => player.state()).toMatchObject({ computer: "off", rover: { x: 3, y: 6 }, console: "" });
});
