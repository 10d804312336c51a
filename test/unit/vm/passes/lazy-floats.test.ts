import { checkModule } from "../../../../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../../../../src/vm/prepare/instrument-module.ts";
import { describePass } from "../../../support/golden-pass.ts";
import { buildAll, GOLDEN_POLICY, printWasm } from "../../../support/print-passes.ts";

// The programs are plain, so that their output holds nothing but what is made canonical.
describePass("lazy-floats", async (bytes) => {
  const checked = checkModule(bytes, GOLDEN_POLICY);
  const lazy = buildAll(checked).map(({ index, ir }) => {
    const locals = ir.lazyLocals.flatMap((isLazy, local) => (isLazy ? [local] : []));
    return `function ${index}: lazy locals and slots: ${locals.length === 0 ? "none" : locals.join(" ")}\n`;
  });
  const text = await printWasm(instrumentModule(checked).bytes);
  const functions = text.slice(text.indexOf("  (func (;"), text.indexOf("  (global (;"));
  return lazy.join("") + functions;
});
