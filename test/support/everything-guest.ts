// One guest with every kind of state, and what every engine must make of it.

/** Every kind of state: live values of all types across calls, hidden globals of all types, memory that grows. */
export const EVERYTHING_WAT = `(module (memory (export "memory") 1 8)
  (global $a (mut i32) (i32.const 1)) (global $b (mut i64) (i64.const 2))
  (global $c (mut f32) (f32.const 3)) (global $d (mut f64) (f64.const nan:0x4000000000123))
  (type $fn (func (param i32 i64 f32 f64) (result i64)))
  (table 2 funcref) (elem (i32.const 0) $mix $mix)
  (func $mix (type $fn) (local $i i32)
    (loop $l
      (global.set $a (i32.add (global.get $a) (local.get 0)))
      (global.set $b (i64.mul (global.get $b) (i64.const 6364136223846793005)))
      (global.set $c (f32.add (global.get $c) (local.get 2)))
      (i64.store (i32.const 16) (i64.xor (i64.load (i32.const 16)) (i64.reinterpret_f64 (global.get $d))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 10))))
    (if (result i64) (i32.gt_s (local.get 0) (i32.const 0))
      (then
        (drop (memory.grow (i32.const 1)))
        (i32.store (i32.sub (i32.mul (memory.size) (i32.const 65536)) (i32.const 4)) (local.get 0))
        (i64.add
          (local.get 1)
          (call_indirect (type $fn) (i32.sub (local.get 0) (i32.const 1)) (i64.add (local.get 1) (i64.const 3))
            (f32.mul (local.get 2) (f32.const 1.5)) (f64.neg (local.get 3)) (i32.and (local.get 0) (i32.const 1)))))
      (else (i64.reinterpret_f64 (local.get 3)))))
  (func (export "_start") (result i32)
    (i64.store (i32.const 24)
      (call $mix (i32.const 5) (i64.const 1000) (f32.const 0.5) (f64.const nan:0x8000000000abc)))
    (i32.wrap_i64 (i64.rem_u (i64.load (i32.const 24)) (i64.const 251)))))`;

/** Recursion until the stack budget ends it: the depth reached is at address 0. */
export const DEEP_WAT = `(module (memory (export "memory") 1)
  (func $deep (param f64 i64 i32) (i32.store (i32.const 0) (i32.add (i32.load (i32.const 0)) (i32.const 1)))
    (call $deep (local.get 0) (local.get 1) (local.get 2)))
  (func (export "_start") (call $deep (f64.const 1) (i64.const 2) (i32.const 3))))`;
