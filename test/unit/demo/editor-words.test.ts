// What the editor offers while a player types.

import { completionsOf, Motor } from "gasworks/computer";
import { EditorState } from "@codemirror/state";
import { expect, test } from "vitest";

import { completionsFor, explanationsFor, includeOf } from "../../../src/game/demo/ui/editor-words.ts";

const offered = completionsFor("main.c", completionsOf({ left: Motor.attach({} as never) }));
const find = (label: string): unknown => offered.find((each) => each.label === label);

test("everything that a device offers is offered, with its words and its price", () => {
  expect(find("motor_t")).toMatchObject({ type: "type", info: expect.stringContaining("Drives the machine") });
  expect(find("MOTOR_LEFT")).toMatchObject({ type: "constant", info: "A quarter turn counter-clockwise." });
  expect(find("motor_forward")).toMatchObject({
    type: "function",
    detail: "(motor_t motor, int tiles)",
    info: expect.stringMatching(/^Drives forward[^]*tiles: How many tiles to drive\n[^]*Costs 3000 gas\.$/),
  });
  expect(find("event_wait")).toMatchObject({ type: "function", detail: "(event_t *event, int ticks)" });
});

test("C's own words are offered without any device", () => {
  expect(find("while")).toEqual({ label: "while", type: "keyword" });
  expect(find("printf")).toMatchObject({
    type: "function",
    detail: "(const char *format, ...)",
    info: expect.stringMatching(/^Prints text and values[^]*\n#include <stdio\.h>$/),
  });
  expect(find("INT_MAX")).toMatchObject({ type: "constant", info: "The largest int.\n#include <limits.h>" });
});

test("each language is offered what it has", () => {
  const names = completionsOf({ left: Motor.attach({} as never) });
  const labelsFor = (file: string): readonly string[] => completionsFor(file, names).map(({ label }) => label);
  expect(labelsFor("main.ts")).toEqual(names.map(({ name }) => name));
  expect(labelsFor("main.wat")).toEqual([]);
});

test("names of devices and of the C library are explained, with the price or the header", () => {
  const names = completionsOf({ left: Motor.attach({} as never) });
  const known = explanationsFor("main.c", names);
  expect(known.get("memcpy")).toEqual({
    declaration: "void *memcpy(void *to, const void *from, size_t size)",
    text: "Copies `size` bytes between places that do not overlap.\n#include <string.h>",
  });
  expect(known.get("motor_forward")).toMatchObject({ text: expect.stringMatching(/Costs 3000 gas\.$/) });
  expect(explanationsFor("main.ts", names).has("memcpy")).toBe(false);
});

test("taking a name of the library includes its header once, behind the other includes", () => {
  const included = (text: string, header: string): string => {
    const state = EditorState.create({ doc: text });
    return state.update({ changes: includeOf(state.doc, header) }).state.doc.toString();
  };
  const program = '#include <stdio.h>\n#include "devices.h"\n\nint main(void) {}\n';
  expect(included(program, "stdio.h")).toBe(program);
  expect(included(program, "math.h")).toBe(
    '#include <stdio.h>\n#include "devices.h"\n#include <math.h>\n\nint main(void) {}\n',
  );
  expect(included("int main(void) {}\n", "math.h")).toBe("#include <math.h>\nint main(void) {}\n");
});
