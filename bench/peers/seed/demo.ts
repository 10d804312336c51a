// `npm run demo:seed`: plays the published scenario on the terminal. Exit code 1 if a number is missing or out of place.

import { playScenario } from "./scenario.ts";

process.exitCode = (await playScenario((line) => process.stdout.write(`${line}\n`))) ? 0 : 1;
