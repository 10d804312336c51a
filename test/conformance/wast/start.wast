;; What runs when a module is instantiated: segments, then the start function, which may pause and may fail.

(module
  (memory 1)
  (data (i32.const 0) "\05")
  (global $sum (mut i32) (i32.const 0))
  (func $main (local $i i32)
    (local.set $i (i32.load8_u (i32.const 0)))
    (loop $l
      (global.set $sum (i32.add (global.get $sum) (local.get $i)))
      (br_if $l (local.tee $i (i32.sub (local.get $i) (i32.const 1))))))
  (start $main)
  (func (export "sum") (result i32) (global.get $sum))
  (func (export "again") (result i32) (call $main) (global.get $sum)))

(assert_return (invoke "sum") (i32.const 15))
(assert_return (invoke "again") (i32.const 30))
(assert_return (invoke "sum") (i32.const 30))

;; Calls of the host's, where a program may wait.
(module
  (import "spectest" "print_i32" (func $print (param i32)))
  (import "spectest" "print_f64_f64" (func $print_two (param f64 f64)))
  (table funcref (elem $print))
  (func $main (call $print (i32.const 1)))
  (start $main)
  (func (export "print") (param i32) (result i32)
    (call $print (local.get 0)) (call_indirect (param i32) (local.get 0) (i32.const 0))
    (call $print_two (f64.const 1) (f64.const 2)) (i32.add (local.get 0) (i32.const 1))))

(assert_return (invoke "print" (i32.const 41)) (i32.const 42))

(assert_trap (module (func $main unreachable) (start $main)) "unreachable")
(assert_trap (module (memory 1) (data (i32.const 65536) "a")) "out of bounds memory access")
(assert_trap (module (table 1 funcref) (func $f) (elem (i32.const 1) $f)) "out of bounds table access")
(assert_unlinkable (module (import "spectest" "unknown" (func))) "unknown import")
(assert_unlinkable (module (import "spectest" "print_i32" (func (param i64)))) "incompatible import type")
