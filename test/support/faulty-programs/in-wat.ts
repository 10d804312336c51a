// Mistakes in WebAssembly text, by the kind of the words.

import { assembly, assemblyBody, type FaultyProgram } from "./faulty-program.ts";

export const FAULTS_IN_WAT: Readonly<Record<string, FaultyProgram | readonly FaultyProgram[]>> = {
  "wat-comment": { sources: assembly("(module ; hello\n)"), title: "This mark is not expected here", hint: "`;;`" },
  "wat-missing-parenthesis": {
    sources: assembly('(module\n  (func (export "_start"))\n'),
    title: "A closing parenthesis is missing",
    hint: "count them from the top",
  },
  "wat-extra-parenthesis": { sources: assembly("(module))"), title: "One `)` too many", hint: "Remove it." },
  "wat-unclosed-text": [
    { sources: assembly('(module (func (export "_start)))'), title: "A text is not closed", hint: "double quotes" },
    {
      sources: assembly('(module (import "env" (func $f)))'),
      title: "A text in quotes is missing",
      hint: "double quotes",
    },
  ],
  "wat-missing-end": {
    sources: assemblyBody("block nop"),
    title: "An `end` is missing",
    hint: "an `end` of their own",
  },
  "wat-if-form": {
    sources: assemblyBody("(if (local.get $count) (nop))"),
    title: "A part between parentheses is missing",
    hint: "(then …)",
  },
  "wat-bad-number": [
    { sources: assemblyBody("(drop (i32.const ten))"), title: "`ten` is no such number", hint: "`0xff`" },
    { sources: assemblyBody("(drop (i32.const 1.5))"), title: "`1.5` is no such number", hint: "take a point" },
    {
      sources: assemblyBody("(drop (i32.const 99999999999))"),
      title: "`99999999999` is no such number",
      hint: "4294967295",
    },
  ],
  "wat-name-without-dollar": {
    sources: assemblyBody("(drop (local.get count))"),
    title: "`count` is no name",
    hint: "`$count`",
    fix: "Insert `$`",
  },
  "wat-no-module": { sources: assembly("(Module)"), title: "`Module` is no part of a module", hint: "small letters" },
  "wat-unknown-instruction": [
    {
      sources: assemblyBody("(drop (i32.cons 3))"),
      title: "There is no instruction `i32.cons`",
      hint: "Did you mean `i32.const`?",
      fix: "Change to `i32.const`",
    },
    {
      sources: assemblyBody("i32.const 1 i32.const 2 i32.ad drop"),
      title: "There is no instruction `i32.ad`",
      hint: "Did you mean `i32.add`?",
      fix: "Change to `i32.add`",
    },
    {
      sources: assemblyBody("(drop (get_local $count))"),
      title: "`get_local` has another name now",
      hint: "Write `local.get`.",
      fix: "Change to `local.get`",
    },
    {
      sources: assembly("(module (func nop (local $x i32)))"),
      title: "`local` stands too low",
      hint: "instructions follow",
    },
    {
      sources: assembly("(module (func (param int)))"),
      title: "There is no type `int`",
      hint: "`i32`, `i64`, `f32` and `f64`",
    },
    { sources: assemblyBody("(dance)"), title: "There is no instruction `dance`", hint: "such as `i32.add`" },
  ],
  "wat-undefined-name": [
    {
      sources: assembly("(module (func $forward) (func (call $forwrad)))"),
      title: "There is no function `$forwrad`",
      hint: "Did you mean `$forward`?",
      fix: "Change to `$forward`",
    },
    {
      sources: assemblyBody("(drop (local.get $i))"),
      title: "There is no local `$i`",
      hint: "Declare it at the top of this function: `(local $i …)`.",
    },
    { sources: assemblyBody("(br $loop)"), title: "There is no label `$loop`", hint: "around this place" },
  ],
  "wat-out-of-range": [
    {
      sources: assembly("(module (func (drop (i32.load (i32.const 0)))))"),
      title: "There is no memory",
      hint: '`(memory (export "memory") 1)`',
    },
    { sources: assemblyBody("(call 9)"), title: "There is no function of this number", hint: "imported ones first" },
  ],
  "wat-missing-result": {
    sources: assembly('(module (func (export "f") (result i32)))'),
    title: "The function does not give what it promises",
    hint: "have to leave `i32`, and leave no values.",
  },
  "wat-left-over": {
    sources: assemblyBody("(i32.const 5)"),
    title: "A value is left over",
    hint: "`drop` takes one away",
  },
  "wat-operands": [
    {
      sources: assemblyBody("(local.set $count (i32.add (i32.const 1)))"),
      title: "`i32.add` misses a value",
      hint: "It takes `i32`, `i32`, and there are `i32`.",
    },
    {
      sources: assemblyBody("(local.set $count (i64.const 5))"),
      title: "`local.set` gets another type",
      hint: "It takes `i32`, and there are `i64`.",
    },
  ],
  "wat-twice": [
    { sources: assembly("(module (func $f) (func $f))"), title: "`$f` is there twice", hint: "another name" },
    {
      sources: assembly('(module (func (export "a")) (func (export "a")))'),
      title: "`a` is there twice",
      hint: "another name",
    },
  ],
  "wat-import-order": {
    sources: assembly('(module (func) (import "a" "b" (func)))'),
    title: "An import stands too low",
    hint: "before the first `(func …)`",
  },
  "wat-constant": {
    sources: assembly("(module (global $g i32 (i32.const 1)) (func (global.set $g (i32.const 2))))"),
    title: "This global cannot be changed",
    hint: "(mut i32)",
  },
  "wat-alignment": {
    sources: assemblyBody("(drop (i32.load align=3 (i32.const 0)))"),
    title: "There is no such alignment",
    hint: "1, 2, 4 or 8",
  },
  "wat-not-offered": [
    { sources: assemblyBody("(throw 0)"), title: "Computers do not have `throw`", hint: "no threads" },
    { sources: assembly("(module (memory 1) (memory 1))"), title: "A module has one memory", hint: "larger" },
  ],
  "wat-initializer": {
    sources: assembly("(module (global i32 (i32.add (i32.const 1) (i32.const 2))))"),
    title: "A global begins with a plain number",
    hint: "`(i32.const 3)`",
  },
};
