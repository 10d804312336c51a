// Our own validation against V8's, on damaged modules: what we accept is valid, what we call malformed is not, and what we
// make of it is valid again.

import { describe, expect, it } from "vitest";

import { VmError } from "../../src/vm/errors.ts";
import { checkModule } from "../../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../../src/vm/prepare/instrument-module.ts";
import { SEED, seeds, timeLimit } from "../support/fuzz-settings.ts";
import { generateModule } from "../support/generate-module.ts";
import { mutateModule } from "../support/mutate-module.ts";
import { Random } from "../support/random.ts";
import { GENERATED_POLICY } from "../support/run-generated.ts";

const MUTANTS = 60;
/** Larger ones take long, and hold nothing that small ones do not. */
const LARGEST = 6_000;

type Verdict =
  | { readonly kind: "accepted"; readonly output: Uint8Array<ArrayBuffer> }
  | { readonly kind: "refused"; readonly error: unknown };

function judge(bytes: Uint8Array): Verdict {
  try {
    return { kind: "accepted", output: instrumentModule(checkModule(bytes, GENERATED_POLICY)).bytes };
  } catch (error) {
    return { kind: "refused", error };
  }
}

describe(`validation of damaged modules (GASWORKS_SEED=${SEED})`, () => {
  it(
    "accepts nothing that V8 refuses, and calls nothing malformed that V8 accepts",
    () => {
      const seen = { accepted: 0, malformed: 0, other: 0 };
      for (const seed of seeds(12, 90)) {
        const { bytes } = generateModule(seed);
        if (bytes.length > LARGEST) continue;
        for (let mutant = 0; mutant < MUTANTS; mutant++) {
          const damaged = mutateModule(bytes, new Random(seed * 97 + mutant));
          const isValid = WebAssembly.validate(damaged);
          const verdict = judge(damaged);
          const where = `mutant ${mutant}; replay with GASWORKS_SEED=${seed}; V8 ${isValid ? "accepts" : "refuses"} it`;
          if (verdict.kind === "accepted") {
            expect(isValid, `accepted: ${where}`).toBe(true);
            expect(WebAssembly.validate(verdict.output), `made an invalid module: ${where}`).toBe(true);
            seen.accepted++;
            continue;
          }
          const { error } = verdict;
          if (!(error instanceof VmError)) throw new Error(`threw what is no VmError: ${where}`, { cause: error });
          if (error.code !== "vm/module-malformed") {
            seen.other++;
            continue;
          }
          // V8 reads value types of blocks in several bytes, which the specification's grammar (5.4.1) does not have.
          const isPaddedType = error.message.includes("block type");
          expect(isValid && !isPaddedType, `refused (${error.message}): ${where}`).toBe(false);
          expect(error.offset, `no offset (${error.message}): ${where}`).toBeTypeOf("number");
          expect(error.message).toContain(`at offset ${String(error.offset)}`);
          seen.malformed++;
        }
      }
      console.log(`${seen.accepted} accepted, ${seen.malformed} malformed, ${seen.other} refused for other reasons`);
      expect(Math.min(seen.accepted, seen.malformed)).toBeGreaterThan(100);
    },
    timeLimit(25),
  );

  it(
    "accepts what is generated, before it is damaged",
    () => {
      for (const seed of seeds(3, 50)) {
        expect(judge(generateModule(seed).bytes), `GASWORKS_SEED=${seed}`).toMatchObject({ kind: "accepted" });
      }
    },
    timeLimit(3),
  );
});
