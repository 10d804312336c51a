import { CONSOLE_LIMITS, ConsoleBuffer, type ConsoleChange } from "gasworks/computer";
import { describe, expect, it } from "vitest";

import { seeds } from "../../support/fuzz-settings.ts";
import { Random } from "../../support/random.ts";

describe("ConsoleBuffer", () => {
  it("joins what belongs to one line of one stream", () => {
    const buffer = new ConsoleBuffer();
    buffer.append("stdout", "one ");
    buffer.append("stdout", "line\nand");
    buffer.append("stderr", "oh\n");
    expect(buffer.entries).toEqual([
      { stream: "stdout", text: "one line\n" },
      { stream: "stdout", text: "and" },
      { stream: "stderr", text: "oh\n" },
    ]);
    expect(buffer.text).toBe("one line\nandoh\n");
  });

  it("drops the oldest lines and counts what it dropped", () => {
    const buffer = new ConsoleBuffer();
    for (let line = 0; line < CONSOLE_LIMITS.entries + 3; line++) buffer.append("stdout", `${line}\n`);
    expect(buffer.entries).toHaveLength(CONSOLE_LIMITS.entries);
    expect(buffer.entries[0]?.text).toBe("3\n");
    expect(buffer.droppedCharacters).toBe(6);
  });

  it("cuts the beginning of a line that is longer than everything it may hold", () => {
    const buffer = new ConsoleBuffer();
    buffer.append("stdout", "x".repeat(10));
    buffer.append("stdout", "y".repeat(CONSOLE_LIMITS.characters));
    expect(buffer.text).toBe("y".repeat(CONSOLE_LIMITS.characters));
    expect(buffer.droppedCharacters).toBe(10);
  });

  it("stays within its bounds whatever comes", () => {
    const buffer = new ConsoleBuffer();
    for (let round = 0; round < 50; round++) {
      buffer.append(round % 2 === 0 ? "stdout" : "stderr", `${"z".repeat(round * 997)}\n`.repeat(round % 7));
      expect(buffer.text.length).toBeLessThanOrEqual(CONSOLE_LIMITS.characters);
      expect(buffer.entries.length).toBeLessThanOrEqual(CONSOLE_LIMITS.entries);
    }
  });

  it("holds the same, however often somebody looks", () => {
    for (const seed of seeds(4, 1)) {
      const random = new Random(seed);
      const [watched, unwatched] = [new ConsoleBuffer(), new ConsoleBuffer()];
      for (let round = 0; round < 300; round++) {
        const lines = random.chance(0.1) ? random.below(1_500) : random.below(4);
        const text = `${"x".repeat(random.below(5))}\n`.repeat(lines) + "y".repeat(random.below(500));
        const stream = random.chance(0.8) ? "stdout" : "stderr";
        for (const buffer of [watched, unwatched]) buffer.append(stream, text);
        void watched.entries;
      }
      expect(unwatched.capture(), `seed ${seed}`).toEqual(watched.capture());
      expect(unwatched.droppedCharacters, `seed ${seed}`).toBeGreaterThan(0);
    }
  });

  it("tells its listeners of each change until they leave", () => {
    const buffer = new ConsoleBuffer();
    const changes: ConsoleChange[] = [];
    const leave = buffer.subscribe((change) => changes.push(change));
    buffer.append("stdout", "a");
    buffer.clear();
    buffer.restore({ entries: [{ stream: "stdout", text: "b" }], droppedCharacters: 4 });
    leave();
    buffer.append("stdout", "c");
    expect(changes).toEqual([{ kind: "append", stream: "stdout", text: "a" }, { kind: "clear" }, { kind: "replace" }]);
    expect(buffer.text).toBe("bc");
    expect(buffer.droppedCharacters).toBe(4);
  });
});
