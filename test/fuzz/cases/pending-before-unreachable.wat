;; Values that wait on the operand stack of a plain function where it traps: callers pay for them, so they are computed.
(module
  (func $plain (param i32) (result i32)
    (i32.ctz (local.get 0))
    (f32.convert_i32_s (local.get 0))
    (if (local.get 0) (then unreachable))
    drop)
  (func $traps (result f64)
    (f64.sqrt (f64.const 2))
    (i64.div_u (i64.const 7) (i64.const 3))
    unreachable)
  (func (export "main") (result i32) (local $i i32)
    (loop $l
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50))))
    (if (i32.eqz (local.get $i)) (then (drop (call $traps))))
    (call $plain (i32.const 0))))
