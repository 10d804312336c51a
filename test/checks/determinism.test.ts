// Nothing that decides what a computer does reads a clock or dice of the machine: a run is the same on every one.

import { expect, it } from "vitest";

import { codeOnly, sourceFiles } from "../support/source-files.ts";

/** How long a frame may take is not what a tick does; a worker that does not answer is given up. */
const MAY_READ_CLOCKS = ["src/game/computer/frame-runner.ts", "src/game/computer/browser-preparer.ts"];

it("src/vm and src/game/computer read no clock, no dice and no language", () => {
  const files = sourceFiles("src/vm", "src/game/computer");
  expect(files.length).toBeGreaterThan(100);
  const found = files
    .filter(({ path }) => !MAY_READ_CLOCKS.includes(path))
    .flatMap(({ path, text }) =>
      codeOnly(text)
        .split("\n")
        .flatMap((line, index) =>
          /\bnew Date\b|\bDate\.|\bMath\.random\b|\bperformance\.|\bsetTimeout\b|\bcrypto\.|\.localeCompare\b|\bIntl\./.test(
            line,
          )
            ? [`${path}:${index + 1}: ${line.trim()}`]
            : [],
        ),
    );
  expect(found).toEqual([]);
});
