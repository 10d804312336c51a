// What wast2json writes: a test script as commands, with its modules in files beside it.
// Reference: wabt, docs/wast2json.md.

/** A value in a script. `value` is a decimal number, the bits of floats included, or `nan:canonical`, `nan:arithmetic`. */
export type ScriptValue =
  | { readonly type: "i32" | "i64" | "f32" | "f64" | "funcref" | "externref"; readonly value: string }
  | { readonly type: "v128"; readonly lane_type: LaneType; readonly value: readonly string[] };

export type LaneType = "i8" | "i16" | "i32" | "i64" | "f32" | "f64";

/** Calls an exported function, or reads an exported global, of the module of that name or of the latest. */
export type Action =
  | {
      readonly type: "invoke";
      readonly module?: string;
      readonly field: string;
      readonly args: readonly ScriptValue[];
    }
  | { readonly type: "get"; readonly module?: string; readonly field: string };

/** One command; `line` is that of the script. */
export type Command = { readonly line: number } & (
  | { readonly type: "module"; readonly name?: string; readonly filename: string }
  | { readonly type: "register"; readonly name?: string; readonly as: string }
  | { readonly type: "action"; readonly action: Action }
  | { readonly type: "assert_return"; readonly action: Action; readonly expected: readonly ScriptValue[] }
  | { readonly type: "assert_trap" | "assert_exhaustion"; readonly action: Action; readonly text: string }
  | {
      readonly type: "assert_malformed" | "assert_invalid";
      readonly filename: string;
      readonly text: string;
      readonly module_type: "binary" | "text";
    }
  | { readonly type: "assert_unlinkable" | "assert_uninstantiable"; readonly filename: string; readonly text: string }
);

/** A script with the bytes of its modules, by file name. */
export interface Script {
  readonly name: string;
  readonly commands: readonly Command[];
  readonly modules: Readonly<Record<string, Uint8Array<ArrayBuffer>>>;
}
