;; Growth, and the instructions that move many bytes, in chunks between which a program may pause.

(module
  (memory 1 4)
  (data (i32.const 16) "abcdefgh")
  (data $later "0123456789")
  (func (export "size") (result i32) (memory.size))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "fill") (param i32 i32 i32) (memory.fill (local.get 0) (local.get 1) (local.get 2)))
  (func (export "copy") (param i32 i32 i32) (memory.copy (local.get 0) (local.get 1) (local.get 2)))
  (func (export "init") (param i32 i32 i32) (memory.init $later (local.get 0) (local.get 1) (local.get 2)))
  (func (export "drop") (data.drop $later))
  (func (export "load") (param i32) (result i64) (i64.load (local.get 0)))
  (func (export "byte") (param i32) (result i32) (i32.load8_s (local.get 0)))
  (func (export "store_unaligned") (param i32 i64) (i64.store align=1 (local.get 0) (local.get 1)))
  (func (export "grow_until_full") (result i32) (local $times i32)
    (loop $l
      (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
        (then (local.set $times (i32.add (local.get $times) (i32.const 1))) (br $l))))
    (local.get $times)))

(assert_return (invoke "load" (i32.const 16)) (i64.const 0x6867666564636261))
(assert_return (invoke "grow" (i32.const 0)) (i32.const 1))
(assert_return (invoke "grow" (i32.const 4)) (i32.const -1))
(assert_return (invoke "grow" (i32.const -1)) (i32.const -1))
(assert_trap (invoke "byte" (i32.const 65536)) "out of bounds memory access")
(assert_return (invoke "grow" (i32.const 1)) (i32.const 1))
(assert_return (invoke "byte" (i32.const 131071)) (i32.const 0))

;; Longer than a chunk of 64 KiB, and overlapping in both directions.
(assert_return (invoke "fill" (i32.const 1) (i32.const 0x1fe) (i32.const 131070)))
(assert_return (invoke "byte" (i32.const 0)) (i32.const 0))
(assert_return (invoke "byte" (i32.const 1)) (i32.const -2))
(assert_return (invoke "byte" (i32.const 131070)) (i32.const -2))
(assert_return (invoke "byte" (i32.const 131071)) (i32.const 0))
(assert_return (invoke "store_unaligned" (i32.const 3) (i64.const 0x0807060504030201)))
(assert_return (invoke "copy" (i32.const 4) (i32.const 3) (i32.const 131000)))
(assert_return (invoke "load" (i32.const 4)) (i64.const 0x0807060504030201))
(assert_return (invoke "copy" (i32.const 2) (i32.const 4) (i32.const 131000)))
(assert_return (invoke "load" (i32.const 2)) (i64.const 0x0807060504030201))

;; What does not fit moves nothing; nothing may lie at the very end, and no further.
(assert_trap (invoke "fill" (i32.const 131000) (i32.const 1) (i32.const 73)) "out of bounds memory access")
(assert_return (invoke "byte" (i32.const 131071)) (i32.const 0))
(assert_trap (invoke "copy" (i32.const 0) (i32.const 1) (i32.const -1)) "out of bounds memory access")
(assert_return (invoke "fill" (i32.const 131072) (i32.const 1) (i32.const 0)))
(assert_trap (invoke "fill" (i32.const 131073) (i32.const 1) (i32.const 0)) "out of bounds memory access")

(assert_return (invoke "init" (i32.const 40) (i32.const 2) (i32.const 8)))
(assert_return (invoke "load" (i32.const 40)) (i64.const 0x3938373635343332))
(assert_trap (invoke "init" (i32.const 40) (i32.const 3) (i32.const 8)) "out of bounds memory access")
(assert_return (invoke "drop"))
(assert_return (invoke "init" (i32.const 40) (i32.const 0) (i32.const 0)))
(assert_trap (invoke "init" (i32.const 40) (i32.const 0) (i32.const 1)) "out of bounds memory access")

(assert_return (invoke "grow_until_full") (i32.const 2))
(assert_return (invoke "size") (i32.const 4))
