// How a guest ends abnormally, and the one table that translates what engines say into our codes.

/** Stable trap codes, only as fine as every engine can tell. */
export type TrapCode =
  | "unreachable"
  | "memory-out-of-bounds"
  | "table-out-of-bounds"
  | "integer-divide-by-zero"
  | "integer-overflow"
  | "invalid-conversion"
  | "indirect-call"
  | "stack-overflow"
  | "bad-longjmp"
  | "host-error"
  | "unknown";

/** The guest program ended abnormally. Plain data: it is part of a snapshot. */
export interface Trap {
  readonly code: TrapCode;
  /** One sentence for a log. Not stable, and the same on every engine. */
  readonly message: string;
}

const MESSAGES: Readonly<Record<TrapCode, string>> = {
  unreachable: "The program gave up (unreachable instruction, as abort() does)",
  "memory-out-of-bounds": "The program used an address outside its memory",
  "table-out-of-bounds": "The program called through a function pointer that points nowhere",
  "integer-divide-by-zero": "The program divided an integer by zero",
  "integer-overflow": "An integer division overflowed",
  "invalid-conversion": "A floating-point number does not fit in the integer that it was converted to",
  "indirect-call": "The program called a function pointer as a function of another type",
  "stack-overflow": "The program's calls went too deep",
  "bad-longjmp":
    "The program called longjmp with a jmp_buf whose setjmp was never called, or in a function that has returned",
  "host-error": "A device failed while the program called it",
  unknown: "The program failed for a reason that this engine does not name",
};

/** Texts of V8, SpiderMonkey and JavaScriptCore. The first match counts: the narrow ones come first. */
const ENGINE_TEXTS: readonly (readonly [RegExp, TrapCode])[] = [
  [/signature mismatch|null function|indirect call to null|signature does not match/i, "indirect-call"],
  [
    /table index (is )?out of bounds|table access out of bounds|out of bounds call_indirect|undefined element|element segment.*out of bounds/i,
    "table-out-of-bounds",
  ],
  // SpiderMonkey says of an address just "index out of bounds".
  [
    /memory access out of bounds|out of bounds memory access|index out of bounds|segment.*(does not fit|out of bounds)/i,
    "memory-out-of-bounds",
  ],
  [/divide by zero|division by zero|remainder by zero/i, "integer-divide-by-zero"],
  [
    /float unrepresentable|truncated to|invalid conversion|out of bounds trunc|integer overflow.*trunc/i,
    "invalid-conversion",
  ],
  [/divide result unrepresentable|integer overflow|division overflow/i, "integer-overflow"],
  [/unreachable/i, "unreachable"],
  [/call stack size exceeded|too much recursion/i, "stack-overflow"],
];

/** The trap of that code, with our own words. */
export function trap(code: TrapCode, message: string = MESSAGES[code]): Trap {
  return { code, message };
}

/** What an engine's exception means. Everything else is `unknown`. */
export function classifyTrap(error: unknown): Trap {
  const text = error instanceof Error ? error.message : String(error);
  const found = ENGINE_TEXTS.find(([pattern]) => pattern.test(text));
  return trap(found === undefined ? "unknown" : found[1]);
}
