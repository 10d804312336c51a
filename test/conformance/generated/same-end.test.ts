// Generated programs: the engine against an interpreter of our own that counts gas as docs/gas.md states it, and against
// plain V8.

import { describe, expect, it } from "vitest";

import { classifyTrap } from "../../../src/vm/trap.ts";
import { BACKENDS } from "../../support/both-backends.ts";
import { MODULES, SEED, seeds, timeLimit } from "../../support/fuzz-settings.ts";
import { agree, caseOf, prepared } from "../../support/generated-case.ts";
import { ONE_SLICE, runPlain, runSliced, withoutNanBits } from "../../support/run-generated.ts";

describe(`generated programs (GASWORKS_SEED=${SEED})`, () => {
  it(
    "come to the same end, with the same gas, interpreted and in one slice, and in plain V8",
    async () => {
      const seen = { programs: 0, trapped: 0, plain: 0, globals: 0, tooLong: 0 };
      const started = performance.now();
      const isEnough = MODULES > 0 ? (): boolean => seen.programs >= MODULES : undefined;
      for (const seed of seeds(15, 250, isEnough)) {
        const found = caseOf(seed);
        if (found === undefined) {
          seen.tooLong++;
          continue;
        }
        const { program, run, expected } = found;
        const both = await prepared(found);
        for (const backend of BACKENDS) {
          agree(runSliced(both[backend], program.entry, ONE_SLICE), expected, found, `the engine (${backend})`);
        }
        seen.programs++;
        if (expected.trap !== undefined) seen.trapped++;
        // V8 chooses NaN bits itself, and has more stack, and no policy.
        if (run.hasMadeNan || run.hasMetPolicy || expected.trap === "stack-overflow") continue;
        seen.plain++;
        const plain = runPlain(program.bytes, program.entry, (error) => classifyTrap(error).code);
        const state = plain.isStarted ? expected : plain;
        if (plain.isStarted) seen.globals += plain.globals.length;
        agree(
          plain,
          {
            ...expected,
            gas: undefined,
            memory: state.memory,
            globals: plain.isStarted ? withoutNanBits(program.bytes, expected.globals) : [],
            tables: {},
          },
          found,
          "plain V8",
        );
      }
      const seconds = Math.round((performance.now() - started) / 1_000);
      console.log(
        `${seen.programs} programs in ${seconds} s, of them ${seen.trapped} trapped, ${seen.plain} also in plain V8 ` +
          `with ${seen.globals} globals; ${seen.tooLong} more ran too long`,
      );
      expect(seen.plain).toBeGreaterThan(seen.programs / 2);
      expect(seen.globals).toBeGreaterThan(seen.plain);
      expect(seen.tooLong).toBeLessThan(seen.programs / 10);
    },
    timeLimit(30, MODULES),
  );
});
