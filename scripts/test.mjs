// `npm test`: installs what is missing, builds, and checks everything.

import { requireNode } from "./setup/require-node.mjs";

requireNode();
// Loaded only now: an old Node could not even read it.
void import("./setup/test-everything.mjs").then((module) => module.testEverything(process.argv.slice(2)));
