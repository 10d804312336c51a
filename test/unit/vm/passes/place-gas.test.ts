import { describePass } from "../../../support/golden-pass.ts";
import { printNodes } from "../../../support/print-passes.ts";

describePass("place-gas", printNodes);
