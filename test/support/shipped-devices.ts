// Every device definition that `gasworks/computer` exports.

import * as entryPoint from "gasworks/computer";
import type { DeviceFace } from "gasworks/computer";

export const SHIPPED_DEVICES: readonly DeviceFace[] = Object.values(entryPoint).filter(
  (exported): exported is DeviceFace & typeof exported => typeof exported === "object" && "deviceType" in exported,
);
