// Mistakes in AssemblyScript, by the kind of the words.

import { type FaultyProgram, script, scriptBody } from "./faulty-program.ts";

export const FAULTS_IN_ASSEMBLY_SCRIPT: Readonly<Record<string, FaultyProgram | readonly FaultyProgram[]>> = {
  "as-unknown-name": [
    {
      sources: scriptBody("  motor_forwrad(1, 2);"),
      title: "`motor_forwrad` is not known here",
      hint: 'Did you mean `motor_forward`? It is imported from `"./devices"`.',
      fix: "Change to `motor_forward`",
    },
    {
      sources: script('export function _start(): void {\n  motor_open("left");\n}\n'),
      title: "`motor_open` is not imported",
      hint: 'Put `import { motor_open } from "./devices";` at the top.',
      fix: 'Add `import { motor_open } from "./devices";`',
    },
    {
      sources: script('export function _start(): void {\n  print("a");\n}\n'),
      title: "`print` is not imported",
      hint: 'Put `import { print } from "./gasworks";` at the top.',
      fix: 'Add `import { print } from "./gasworks";`',
    },
    {
      sources: scriptBody("  let x: any = 5;"),
      title: "AssemblyScript has no `any`",
      hint: "Each value has one type",
    },
    {
      sources: scriptBody("  speed = 5;"),
      title: "`speed` is not known here",
      hint: "such as `let speed = 0;`",
    },
  ],
  "as-unknown-import": [
    {
      sources: script('import { motor_forwad } from "./devices";\nexport function _start(): void {}\n'),
      title: "`devices` has no `motor_forwad`",
      hint: "Did you mean `motor_forward`?",
      fix: "Change to `motor_forward`",
    },
    {
      sources: script('import { dance } from "./devices";\nexport function _start(): void {}\n'),
      title: "`devices` has no `dance`",
      hint: "begins with `export`",
    },
  ],
  "as-missing-file": {
    sources: script('import * as fs from "fs";\nexport function _start(): void {}\n'),
    title: "There is no file `fs.ts`",
    hint: "packages of npm are not here",
  },
  "as-wrong-type": [
    {
      sources: scriptBody('  let x: i32 = "a";'),
      title: "`string` is no `i32`",
      hint: "`I32.parseInt(text)`",
    },
    {
      sources: scriptBody('  const speed = 5 + motor_open("left");\n  print(speed);'),
      title: "`i32` is no `string`",
      hint: "with `.toString()`",
      fix: "Change to `speed.toString()`",
    },
    {
      sources: scriptBody("  let m: Map<string, i32> | null = null;\n  print(m.size.toString());"),
      title: "This may be `null`",
      hint: "Ask before",
    },
    {
      sources: scriptBody('  let x = print("a");'),
      title: "This gives no value",
      hint: "in a line of its own",
    },
    {
      sources: scriptBody("  let o = { a: 1 };"),
      title: "An object needs a class",
      hint: "`new Point()`",
    },
    {
      sources: scriptBody('  const list = ["a"];\n  const text: string = list;'),
      title: "`Array<string>` is no `string`",
      hint: "A value of `string` has to stand here.",
    },
  ],
  "as-needs-cast": {
    sources: scriptBody("  const half: f64 = 2.5;\n  const whole: i32 = half;\n  print(whole.toString());"),
    title: "`f64` does not fit into `i32` by itself",
    hint: "Write `i32(half)`, which leaves out what is behind the point",
    fix: "Change to `i32(half)`",
  },
  "as-wrong-argument-count": {
    sources: scriptBody('  motor_forward(motor_open("left"));'),
    title: "Too few values between the parentheses",
    hint: "`motor_forward` takes 2 and gets 1.",
  },
  "as-missing-mark": [
    {
      sources: scriptBody('  print("a";'),
      title: "`)` is missing",
      hint: 'Put a `)` behind `"a"`.',
    },
    {
      sources: scriptBody('  if (1 > 2 and 2 > 1) print("a");'),
      title: "`)` is missing",
      hint: "It is `&&`.",
    },
  ],
  "as-unfinished": {
    sources: script("export function _start(): void {\n  if (true) {\n"),
    title: "The text ends too early",
    hint: "is never closed",
  },
  "as-unexpected": [
    {
      sources: scriptBody("  let x = 5 let y = 6;"),
      title: "`let` is not expected here",
      hint: "a `;` between two statements",
    },
    {
      sources: script("export function _start(): void {}\n}\n"),
      title: "One `}` too many",
      hint: "closes nothing",
    },
    {
      sources: scriptBody("  await 5;"),
      title: "There is no `async` and `await`",
      hint: "wait by themselves",
    },
    {
      sources: scriptBody("  let [a, b] = [1, 2];"),
      title: "A name is missing",
      hint: "`const first = list[0];`",
    },
    {
      sources: scriptBody("  let s: string | null = null;\n  print(s?.length.toString());"),
      title: "There is no `?.`",
      hint: "Ask before",
    },
  ],
  "as-missing-type": [
    {
      sources: script("function f(a): i32 { return a; }\nexport function _start(): void { f(1); }\n"),
      title: "A type is missing",
      hint: "`count: i32`",
    },
    {
      sources: script("export function _start() { }\n"),
      title: "A type is missing",
      hint: "`: void` if nothing",
    },
  ],
  "as-missing-type-argument": {
    sources: scriptBody("  const m = new Map();"),
    title: "What it holds is missing",
    hint: "`new Map<string, i32>()`",
  },
  "as-missing-return": {
    sources: script("function f(a: i32): i32 {\n  if (a > 1) return 1;\n}\nexport function _start(): void { f(2); }\n"),
    title: "The function does not always give a value",
    hint: "It promises `i32`",
  },
  "as-constant": {
    sources: scriptBody('  const x = motor_open("left");\n  x = 6;'),
    title: "`x` cannot be changed",
    hint: "`let` instead of `const`",
  },
  "as-constant-without-value": [
    {
      sources: scriptBody('  for (const k in [1, 2]) print("a");'),
      title: "A `const` needs its value at once",
      hint: "There is no `for … in`.",
    },
    {
      sources: scriptBody("  const x: i32;"),
      title: "A `const` needs its value at once",
      hint: "Write `const x = 5;`",
    },
  ],
  "as-twice": [
    {
      sources: scriptBody("  let a = 1;\n  let a = 2;"),
      title: "`a` is there twice",
      hint: "leave out `let`: `a = …;`",
    },
    {
      sources: script("function f(): void {}\nfunction f(): void {}\nexport function _start(): void { f(); }\n"),
      title: "`f` is there twice",
      hint: "Remove one of them",
    },
  ],
  "as-no-such-member": [
    {
      sources: scriptBody("  const list = [1, 2];\n  list.append(3);"),
      title: "`Array<i32>` has no `append`",
      hint: "Here it is `push`.",
      fix: "Change to `push`",
    },
    {
      sources: scriptBody('  const motor = motor_open("left");\n  motor.forward(3);'),
      title: "`I32` has no `forward`",
      hint: "`motor_forward(device, …)`",
    },
    {
      sources: scriptBody('  const text = "a";\n  text.dance();'),
      title: "`string` has no `dance`",
      hint: "where its class is declared",
    },
  ],
  "as-not-offered": [
    {
      sources: scriptBody("  for (const x of [1, 2]) print(x.toString());"),
      title: "AssemblyScript has no iterators",
      hint: "`for (let i = 0; i < list.length; i++)`",
    },
    {
      sources: scriptBody('  try { print("a"); } catch (e) { }'),
      title: "AssemblyScript has no exceptions",
      hint: "no `try` and `catch`",
    },
    {
      sources: scriptBody('  let n = motor_open("left");\n  const f = (): void => { n++; };\n  f();'),
      title: "AssemblyScript has no closures",
      hint: "Give them as arguments",
    },
  ],
  "as-unclosed-text": {
    sources: scriptBody('  print("abc);'),
    title: "A text is not closed",
    hint: "the same quote",
  },
  "as-operator": {
    sources: scriptBody('  const x = "a" - 1;'),
    title: "`-` cannot take `string` and `i32`",
    hint: "`I32.parseInt(text)`",
  },
  "as-break-outside": {
    sources: scriptBody("  break;"),
    title: "`break` is in no loop",
    hint: "or a `switch`",
  },
};
