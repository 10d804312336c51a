;; Drives once around a square, in WebAssembly text: what every program is
;; made of. A call takes its arguments from the stack and leaves its answer.
(module
  (import "device.motor" "open" (func $motor_open (param i32) (result i32)))
  (import "device.motor" "forward" (func $motor_forward (param i32 i32) (result i32)))
  (import "device.motor" "turn" (func $motor_turn (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "motor\00")
  (data (i32.const 32) "Once around.\n")

  (func (export "_start") (local $motor i32) (local $side i32)
    (local.set $motor (call $motor_open (i32.const 16)))
    (loop $next
      (drop (call $motor_forward (local.get $motor) (i32.const 2)))
      (drop (call $motor_turn (local.get $motor) (i32.const 1))) ;; 0 is left, 1 is right
      (local.set $side (i32.add (local.get $side) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $side) (i32.const 4))))
    ;; One piece of text for the console: its address and its length.
    (i32.store (i32.const 0) (i32.const 32))
    (i32.store (i32.const 4) (i32.const 13))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
