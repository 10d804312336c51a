import { checkModule } from "../../../../src/vm/prepare/check-module.ts";
import { VmError } from "../../../../src/vm/errors.ts";
import { describePass } from "../../../support/golden-pass.ts";
import { GOLDEN_POLICY } from "../../../support/print-passes.ts";

describePass("check-module", (bytes) => {
  try {
    const { imports, memory } = checkModule(bytes, { ...GOLDEN_POLICY, limits: { nesting: 3, memoryPages: 4 } });
    const costs = imports.map(
      ({ params, results, cost }) => `  (${params.join()}) -> (${results.join()}) costs ${cost}`,
    );
    return ["accepted", ...costs, `  memory of ${memory.initialPages} to ${memory.maximumPages} pages`].join("\n");
  } catch (error) {
    if (error instanceof VmError) return `${error.code}\n  ${error.message}`;
    throw error;
  }
});
