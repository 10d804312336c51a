;; Values that wait below a branch's own, and are left behind by it: they are paid for on both ways.
(module
  (func $leaves (param i32) (result i32)
    (block $out (result i32)
      (i64.rem_s (i64.const 100) (i64.const 7))
      (f64.div (f64.const 1) (f64.const 3))
      (local.get 0)
      (i32.and (local.get 0) (i32.const 1))
      br_if $out
      (i32.clz)
      br $out))
  (func (export "main") (result i32) (local $i i32) (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (call $leaves (local.get $i))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 40))))
    (local.get $sum)))
