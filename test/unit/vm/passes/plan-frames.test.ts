import { checkModule } from "../../../../src/vm/prepare/check-module.ts";
import { mapFrames } from "../../../../src/vm/prepare/frame-map.ts";
import { frameWeight } from "../../../../src/vm/prepare/frame-weight.ts";
import { planFrames } from "../../../../src/vm/prepare/plan-frames.ts";
import { describePass } from "../../../support/golden-pass.ts";
import { buildAll, framePointText, GOLDEN_POLICY } from "../../../support/print-passes.ts";

describePass("plan-frames", (bytes) => {
  const checked = checkModule(bytes, GOLDEN_POLICY);
  const imported = checked.parsed.importedFunctions.length;
  return buildAll(checked)
    .map(({ index, plainCost, ir }) => {
      if (plainCost !== undefined) return `function ${index}: plain, has no frames\n`;
      const points = mapFrames(ir, planFrames(ir), imported);
      const lines = points.flatMap((point, id) => (point === null ? [] : [framePointText(id, point, ir.start)]));
      return `function ${index}:\n${lines.join("\n")}\n`;
    })
    .join("");
});

describePass("frame-weight", (bytes) => {
  const checked = checkModule(bytes, GOLDEN_POLICY);
  return buildAll(checked)
    .map(({ index, ir }) => {
      const { originalLocals, maxHeight } = ir;
      const body = checked.parsed.bodies[index - checked.parsed.importedFunctions.length];
      const results = checked.parsed.types[body?.type ?? -1]?.results ?? [];
      const weight = frameWeight(ir, results);
      return `function ${index}: ${originalLocals} locals, ${maxHeight} operands, ${results.length} results: weighs ${weight}\n`;
    })
    .join("");
});
