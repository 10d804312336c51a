import { VmError } from "../errors.ts";

/** The engine has refused a memory, or its growth. */
export function outOfMemory(what: string, cause?: unknown): VmError {
  return new VmError("vm/out-of-memory", `Cannot ${what}: the engine gives no more memory`, { cause });
}

/** The engine has refused a memory to one program, most likely because too many others have one. */
export function outOfMemories(cause: unknown): VmError {
  return new VmError(
    "vm/out-of-memory",
    "Cannot create a memory for the program: the engine gives no more; browsers give a page only so many " +
      '(Chromium about 124), whatever their size. Programs prepared for the "arena" backend share one',
    { cause },
  );
}
