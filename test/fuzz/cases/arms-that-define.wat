;; A local that only one arm of an if defines, read behind it, with a place to pause in the other arm.
(module
  (func $wait (param i32) (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
  (func $arms (param i32) (result i32) (local $x i32)
    (local.set $x (i32.mul (local.get 0) (i32.const 3)))
    (if (i32.and (local.get 0) (i32.const 1))
      (then (local.set $x (i32.const 11)) (call $wait (i32.const 5)))
      (else (call $wait (i32.const 4))))
    (local.get $x))
  (func (export "main") (result i32) (local $i i32) (local $sum i32)
    (loop $l
      (local.set $sum (i32.add (local.get $sum) (call $arms (local.get $i))))
      (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 20))))
    (local.get $sum)))
