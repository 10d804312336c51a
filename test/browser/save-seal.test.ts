import { describeSeal } from "../contract/save-seal.ts";

describeSeal("in Chromium");
