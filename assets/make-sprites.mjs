// Draws every picture of the game. Run `node assets/make-sprites.mjs`; the output is committed, and a second run gives
// the same bytes.
import { writeFileSync } from "node:fs";

import { drawAll } from "./draw-all.mjs";

for (const [name, content] of drawAll()) writeFileSync(new URL(name, import.meta.url), content);
