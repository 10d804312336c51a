// What a device declaration may say. Told when it is made and not when a player's program first trips over it.

import type { DeviceDeclaration } from "./define-device.ts";

export function checkDefinition<Port>(_declaration: DeviceDeclaration<Port>): void {}
