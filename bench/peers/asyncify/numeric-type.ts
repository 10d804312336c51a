// This peer carries numbers only.

import { VmError, type GuestType, type ValueType } from "gasworks/vm";

/** @throws {VmError} `vm/module-unsupported` for references and vectors. */
export function numericType(type: GuestType): ValueType {
  if (type === "funcref") throw new VmError("vm/module-unsupported", "Cannot use the module: it handles references");
  if (type === "v128") throw new VmError("vm/module-unsupported", "Cannot use the module: it handles vectors");
  return type;
}
