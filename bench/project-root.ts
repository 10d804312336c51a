// The folder of package.json, found through the package's own name, because code here also runs from `dist/bench`.

import { createRequire } from "node:module";
import path from "node:path";

export const PROJECT_ROOT: string = path.dirname(createRequire(import.meta.url).resolve("gasworks/package.json"));
