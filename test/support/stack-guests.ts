// Programs that go as deep as they can, in every shape that makes native frames large. Each counts the calls that it
// reached at address 0, so that the depth is in its memory when the stack budget has ended it.

/** How a guest goes deep. */
export interface StackShape {
  readonly name: string;
  readonly wat: string;
  /** Calls that the stack budget allows: a matter of the gas schedule. */
  readonly depth: number;
}

const COUNT = `(i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))`;

/** A device function that any guest here may call. */
const LOOK = `(import "device.stack" "look" (func $look (param i32) (result i32)))`;

function module(body: string): string {
  return `(module ${LOOK} (memory (export "memory") 1) ${body})`;
}

function repeat(count: number, text: (at: number) => string): string {
  return Array.from({ length: count }, (_, at) => text(at)).join(" ");
}

/** One function that calls itself with `locals` values in locals and `operands` on the operand stack, live across the call. */
function recursion(type: "i32" | "i64" | "f32" | "f64", locals: number, operands: number): Omit<StackShape, "depth"> {
  // Each local is set from the counter and used behind the call: neither engine nor liveness can drop it.
  const convert = { i32: "", i64: "i64.extend_i32_u", f32: "f32.convert_i32_u", f64: "f64.convert_i32_u" }[type];
  const value = (at: number): string =>
    `(${type}.add (${convert === "" ? "local.get $n" : `${convert} (local.get $n)`}) (${type}.const ${at}))`;
  return {
    name: `${locals} ${type} locals, ${operands} operands`,
    wat: module(`
      (func $deep (param $n i32) (result ${type}) ${repeat(locals, (at) => `(local $l${at} ${type})`)}
        ${COUNT}
        ${repeat(locals, (at) => `(local.set $l${at} ${value(at)})`)}
        ${repeat(operands, (at) => value(at))}
        (call $deep (i32.add (local.get $n) (i32.const 1)))
        ${repeat(operands, () => `${type}.add`)}
        ${repeat(locals, (at) => `(local.get $l${at}) ${type}.add`)})
      (func (export "_start") (drop (call $deep (i32.const 0))))`),
  };
}

/** Different functions, each calling the next, the last calling the first: no function is warm. */
function chain(length: number, locals: number): Omit<StackShape, "depth"> {
  return {
    name: `a chain of ${length} functions with ${locals} locals`,
    wat: module(
      `${repeat(
        length,
        (at) => `(func $f${at} (param $n i32) ${repeat(locals, () => "(local f64)")} ${COUNT}
        (call $f${(at + 1) % length} (i32.add (local.get $n) (i32.const 1))))`,
      )} (func (export "_start") (call $f0 (i32.const 0)))`,
    ),
  };
}

/** Calls with many arguments, which engines pass on the stack. */
function manyArguments(count: number): Omit<StackShape, "depth"> {
  return {
    name: `${count} arguments`,
    wat: module(`(func $deep ${repeat(count, (at) => `(param $p${at} i64)`)} ${COUNT}
        (call $deep ${repeat(count, (at) => `(i64.add (local.get $p${at}) (i64.const ${at}))`)})
        (i64.store (i32.const 8) (i64.add (local.get $p0) (local.get $p${count - 1}))))
      (func (export "_start") (call $deep ${repeat(count, () => "(i64.const 1)")}))`),
  };
}

/** Calls with many results, which engines pass on the stack. */
function manyResults(count: number): Omit<StackShape, "depth"> {
  const drops = "drop ".repeat(count);
  return {
    name: `${count} results`,
    wat: module(`(type $t (func (param i32) (result ${"i64 ".repeat(count)})))
      (func $deep (type $t) ${COUNT} (call $deep (local.get 0)) ${drops}
        ${repeat(count, (at) => `(i64.const ${at})`)})
      (func (export "_start") (call $deep (i32.const 0)) ${drops})`),
  };
}

/** Recursion that calls the host at every depth: the host's own frames must fit too. */
function withHost(): Omit<StackShape, "depth"> {
  return {
    name: "a host call at every depth",
    wat: module(`(func $deep (param $n i32) (result i32) ${COUNT}
        (i32.add (call $look (local.get $n)) (call $deep (i32.add (local.get $n) (i32.const 1)))))
      (func (export "_start") (drop (call $deep (i32.const 0))))`),
  };
}

/** Recursion through a table, with a loop in each frame. */
function indirect(): Omit<StackShape, "depth"> {
  return {
    name: "through a table, out of a loop",
    wat: module(`(type $t (func (param i32 f64) (result f64))) (table 1 funcref) (elem (i32.const 0) $deep)
      (func $deep (type $t) (local $i i32) ${COUNT}
        (loop $again
          (local.set 1 (f64.add (local.get 1)
            (call_indirect (type $t) (i32.add (local.get 0) (i32.const 1)) (local.get 1) (i32.const 0))))
          (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 2))))
        (local.get 1))
      (func (export "_start") (drop (call_indirect (type $t) (i32.const 0) (f64.const 1) (i32.const 0))))`),
  };
}

/** Recursion whose every frame also calls a chain of small functions, which are not metered themselves. */
function withPlain(): Omit<StackShape, "depth"> {
  const plain = repeat(8, (at) =>
    at === 7
      ? `(func $p7 (param i64 i64) (result i64) (i64.div_u (local.get 0) (i64.or (local.get 1) (i64.const 1))))`
      : `(func $p${at} (param i64 i64) (result i64) ${repeat(8, () => "(local i64)")}
          (i64.add (call $p${at + 1} (local.get 1) (local.get 0)) (local.get 0)))`,
  );
  return {
    name: "plain calls at every depth",
    wat: module(`${plain} (func $deep (param $n i64) (result i64) ${COUNT}
        (i64.add (call $p0 (local.get $n) (i64.const 3)) (call $deep (i64.add (local.get $n) (i64.const 1)))))
      (func (export "_start") (drop (call $deep (i64.const 0))))`),
  };
}

export const STACK_SHAPES: readonly StackShape[] = [
  { ...recursion("i32", 0, 0), depth: 2_777 },
  { ...recursion("i64", 16, 0), depth: 999 },
  { ...recursion("f64", 0, 16), depth: 1_041 },
  { ...recursion("f64", 16, 16), depth: 624 },
  { ...recursion("f32", 990, 0), depth: 25 },
  { ...recursion("i64", 0, 990), depth: 25 },
  { ...recursion("f64", 990, 990), depth: 12 },
  { ...recursion("i64", 2_000, 0), depth: 12 },
  { ...recursion("i32", 9_000, 0), depth: 2 },
  { ...chain(300, 0), depth: 2_777 },
  { ...chain(2_000, 3), depth: 2_082 },
  { ...manyArguments(200), depth: 61 },
  { ...manyResults(200), depth: 61 },
  { ...withHost(), depth: 2_777 },
  { ...indirect(), depth: 2_082 },
  { ...withPlain(), depth: 2_777 },
];
