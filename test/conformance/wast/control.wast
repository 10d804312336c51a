;; Values across branches, calls and loops: several at once, and below what a pause stores.

(module
  (func $swap (export "swap") (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
  (func (export "swap_twice") (param i32 i64) (result i32 i64) (local $a i64) (local $b i32)
    (call $swap (local.get 0) (local.get 1)) (local.set $b) (local.set $a) (local.get $b) (local.get $a))

  ;; Sums 1 to n in a loop that takes and gives its values on the operand stack.
  (func (export "sum") (param $n i32) (result i32)
    (i32.const 0)
    (loop $again (param i32) (result i32)
      (local.get $n) (i32.add)
      (local.set $n (i32.sub (local.get $n) (i32.const 1)))
      (br_if $again (local.get $n))))

  (func (export "select_branch") (param i32) (result i32)
    (block $two (result i32)
      (block $one (result i32)
        (block $zero (result i32)
          (br_table $zero $one $two $zero (i32.const 100) (local.get 0)))
        (i32.add (i32.const 1)) (br $two))
      (i32.add (i32.const 20))))

  (func (export "both_arms") (param i32) (result i32 f64)
    (if (result i32 f64) (local.get 0)
      (then (i32.const 1) (f64.const 0.5))
      (else (i32.const 2) (f64.const -0.5))))

  ;; Operands wait below a call that loops.
  (func $count (param i32) (result i32)
    (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))) (local.get 0))
  (func (export "waiting") (param i32) (result i64)
    (i64.add
      (i64.mul (i64.const 7) (i64.extend_i32_u (local.get 0)))
      (i64.add (i64.const 1000) (i64.extend_i32_u (call $count (local.get 0))))))

  (func $fac (export "fac") (param i64) (result i64)
    (if (result i64) (i64.eqz (local.get 0)) (then (i64.const 1))
      (else (i64.mul (local.get 0) (call $fac (i64.sub (local.get 0) (i64.const 1)))))))
  (func $even (export "even") (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 44))
      (else (call $odd (i32.sub (local.get 0) (i32.const 1))))))
  (func $odd (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 99))
      (else (call $even (i32.sub (local.get 0) (i32.const 1))))))
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2)) (then (local.get 0))
      (else (i32.add (call $fib (i32.sub (local.get 0) (i32.const 1)))
                     (call $fib (i32.sub (local.get 0) (i32.const 2)))))))

  ;; What an operand read before a call is not what the call made of it.
  (global $g (mut i32) (i32.const 1))
  (func $change (result i32) (global.set $g (i32.add (global.get $g) (i32.const 10))) (global.get $g))
  (func (export "order") (result i32) (i32.sub (i32.mul (global.get $g) (i32.const 100)) (call $change))))

(assert_return (invoke "swap" (i32.const 1) (i64.const -2)) (i64.const -2) (i32.const 1))
(assert_return (invoke "swap_twice" (i32.const 5) (i64.const 6)) (i32.const 5) (i64.const 6))
(assert_return (invoke "sum" (i32.const 1)) (i32.const 1))
(assert_return (invoke "sum" (i32.const 100)) (i32.const 5050))
(assert_return (invoke "select_branch" (i32.const 0)) (i32.const 101))
(assert_return (invoke "select_branch" (i32.const 1)) (i32.const 120))
(assert_return (invoke "select_branch" (i32.const 2)) (i32.const 100))
(assert_return (invoke "select_branch" (i32.const -1)) (i32.const 101))
(assert_return (invoke "both_arms" (i32.const 7)) (i32.const 1) (f64.const 0.5))
(assert_return (invoke "both_arms" (i32.const 0)) (i32.const 2) (f64.const -0.5))
(assert_return (invoke "waiting" (i32.const 9)) (i64.const 1063))
(assert_return (invoke "fac" (i64.const 20)) (i64.const 2432902008176640000))
(assert_return (invoke "even" (i32.const 101)) (i32.const 99))
(assert_return (invoke "fib" (i32.const 10)) (i32.const 55))
(assert_return (invoke "order") (i32.const 89))
(assert_return (invoke "order") (i32.const 1079))
