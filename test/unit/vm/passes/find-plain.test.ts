import { describeGas } from "../../../../src/vm/prepare/describe-gas.ts";
import { readModule } from "../../../../src/vm/binary/read-module.ts";
import { describePass } from "../../../support/golden-pass.ts";

describePass("find-plain", (bytes) =>
  describeGas(readModule(bytes))
    .map((gas) => `function ${gas.index}: ${gas.kind === "plain" ? `plain, ${gas.cost} a call` : "metered"}\n`)
    .join(""),
);
