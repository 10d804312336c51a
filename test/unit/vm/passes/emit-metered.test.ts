import { checkModule } from "../../../../src/vm/prepare/check-module.ts";
import { instrumentModule } from "../../../../src/vm/prepare/instrument-module.ts";
import { describePass } from "../../../support/golden-pass.ts";
import { GOLDEN_POLICY, printWasm } from "../../../support/print-passes.ts";

describePass("emit-metered", (bytes) => printWasm(instrumentModule(checkModule(bytes, GOLDEN_POLICY)).bytes));

describePass("emit-arena", (bytes) => printWasm(instrumentModule(checkModule(bytes, GOLDEN_POLICY, "arena")).bytes));

describePass("state-module", (bytes) => printWasm(instrumentModule(checkModule(bytes, GOLDEN_POLICY)).state));
