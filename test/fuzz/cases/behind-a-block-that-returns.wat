;; Code behind a block that no way leaves: valid, never reached, with a call and a loop in it that could be paused.
(module
  (func $count (param i32) (result i32)
    (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
    (local.get 0))
  (func (export "main") (result i32) (local $i i32)
    (block
      (drop (call $count (i32.const 30)))
      (return (i32.const 3)))
    (local.set $i (call $count (i32.const 9)))
    (loop $l
      (drop (call $count (i32.const 2)))
      (br_if $l (local.get $i)))
    (local.get $i)))
