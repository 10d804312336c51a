// What the modules whose preparing is timed may import.

import type { ImportPolicy } from "gasworks/vm";

import { PRINT_TYPE } from "./print-device.ts";

export const PREPARE_POLICY: ImportPolicy = { wasi: true, devices: [PRINT_TYPE] };
