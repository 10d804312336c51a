// What the assembler of WebAssembly text says, and the validation behind it.

import type { Entry, EntryWords } from "./entry.ts";
import type { Fix } from "./friendly-words.ts";
import { nearestName } from "./nearest-name.ts";
import { code, type Scene } from "./scene.ts";
import { OLD_INSTRUCTIONS, WAT_INSTRUCTIONS } from "./wat-instructions.ts";

/** Names that are looked through: a hostile source may have any number. */
const MAX_NAMES = 1_000;

/** How a thing of each kind begins. */
const DECLARED: Readonly<Record<string, string>> = {
  function: "func",
  local: "local",
  global: "global",
  type: "type",
  label: "block",
  memory: "memory",
  table: "table",
};

export const WAT_ENTRIES: readonly Entry[] = [
  {
    kind: "wat-comment",
    message: /^unexpected char$/,
    words: () => ({
      title: "This mark is not expected here",
      hint: "A comment begins with two semicolons, `;;`, and instructions have none behind them.",
    }),
  },
  {
    kind: "wat-missing-parenthesis",
    message: /^unexpected token "?EOF"?, expected \)\.$/,
    words: () => ({
      title: "A closing parenthesis is missing",
      hint: "A `(` is never closed: count them from the top, and put the `)` where it ends.",
    }),
  },
  {
    kind: "wat-extra-parenthesis",
    message: /^unexpected token "?\)"?, expected EOF\.$/,
    words: () => ({ title: "One `)` too many", hint: "Everything that was opened is closed already. Remove it." }),
  },
  {
    kind: "wat-unclosed-text",
    message: /^unexpected token "(?<word>.*)", expected a quoted string.*$/,
    words: ({ word = "" }) => ({
      title: word === "EOF" ? "A text is not closed" : "A text in quotes is missing",
      hint: 'Names of imports and exports, and data, stand between double quotes: `(export "_start")`.',
    }),
  },
  {
    kind: "wat-missing-end",
    message: /^unexpected token .*, expected end\.$/,
    words: () => ({
      title: "An `end` is missing",
      hint: "`block`, `loop` and `if` without parentheses go up to an `end` of their own.",
    }),
  },
  {
    kind: "wat-if-form",
    message: /^unexpected token "?\)"?, expected \(\.$/,
    words: () => ({
      title: "A part between parentheses is missing",
      hint: "An `if` between parentheses has its condition, then what it does: `(if (local.get $x) (then …) (else …))`.",
    }),
  },
  {
    kind: "wat-bad-number",
    message: /^(?:unexpected token "(?<word>.*)", expected a numeric literal.*|invalid literal "(?<literal>.*)")$/,
    words: ({ word, literal = "" }) => ({
      title: `${code(word ?? literal)} is no such number`,
      hint: literal.includes(".")
        ? "`i32.const` and `i64.const` take whole numbers; `f32.const` and `f64.const` take a point."
        : "A number stands here: `5`, `-45`, `0xff`. An `i32` is -2147483648 to 4294967295.",
    }),
  },
  {
    kind: "wat-name-without-dollar",
    message: /^unexpected token "(?<word>[^"]*)", expected a numeric index or a name.*$/,
    words: ({ word = "" }, scene) => ({
      title: `${code(word)} is no name`,
      hint: `Names begin with a dollar sign: ${code(`$${word}`)}. Or write the number of it, counted from 0.`,
      fixes: /^\w/.test(word) && !/^\d/.test(word) ? scene.replacing(0, "$") : [],
    }),
  },
  {
    kind: "wat-no-module",
    message: /^unexpected token "(?<word>.*)", expected a module field(?: or a module)?\.$/,
    words: ({ word = "" }) => ({
      title: `${code(word)} is no part of a module`,
      hint: "A program is `(module …)`, all in small letters; in it are `(import …)`, `(memory …)`, `(global …)`, `(data …)` and `(func …)`.",
    }),
  },
  {
    kind: "wat-unknown-instruction",
    message: /^unexpected token "?(?<word>[a-z][\w./]*)"?, expected (?:an instr|an expr|\))\.$/,
    words: ({ word = "" }, scene) => unknownWord(word, scene),
  },
  {
    kind: "wat-undefined-name",
    message: /^undefined (?<kind>[a-z]+) variable "(?<name>[^"]*)"$/,
    words: ({ kind = "", name = "" }, scene) => undefinedName(kind, name, scene),
  },
  {
    kind: "wat-out-of-range",
    message: /^(?<kind>[a-z]+) variable out of range(?:: (?<index>\d+))? \(max (?<max>\d+)\)$/,
    words: ({ kind = "", max = "" }) =>
      max === "0" && (kind === "memory" || kind === "table")
        ? {
            title: `There is no ${kind}`,
            hint:
              kind === "memory" ? 'Declare one: `(memory (export "memory") 1)`.' : "Declare one: `(table 10 funcref)`.",
          }
        : {
            title: `There is no ${kind} of this number`,
            hint: `They are counted from 0, ${kind === "local" ? "parameters first" : "imported ones first"}. Names such as \`$x\` do not need to be counted.`,
          },
  },
  {
    kind: "wat-missing-result",
    message: /^type mismatch in implicit return, expected \[(?<expected>.*)\] but got \[(?<got>.*)\]$/,
    words: ({ expected = "", got = "" }) => ({
      title: "The function does not give what it promises",
      hint: `Its last instructions have to leave ${valuesOf(expected)}, and leave ${valuesOf(got)}.`,
    }),
  },
  {
    kind: "wat-left-over",
    message: /^type mismatch at end of .*, expected \[(?<expected>.*)\] but got \[(?<got>.*)\]$/,
    words: ({ expected = "", got = "" }) => ({
      title: countOf(got) > countOf(expected) ? "A value is left over" : "A value is missing at the end",
      hint: `At the end there have to be ${valuesOf(expected)}, and there are ${valuesOf(got)}. \`drop\` takes one away; \`(result i32)\` says that one is given.`,
    }),
  },
  {
    kind: "wat-operands",
    message: /^type mismatch in (?<what>.*), expected \[(?<expected>.*)\] but got \[(?<got>.*)\]$/,
    words: ({ what = "", expected = "", got = "" }) => ({
      title: countOf(got) < countOf(expected) ? `${code(what)} misses a value` : `${code(what)} gets another type`,
      hint: `It takes ${valuesOf(expected)}, and there are ${valuesOf(got)}.`,
    }),
  },
  {
    kind: "wat-twice",
    message: /^(?:redefinition of (?<kind>.*) "(?<name>.*)"|duplicate export "(?<exported>.*)")$/,
    words: ({ name, exported }) => ({
      title: `${code(name ?? exported ?? "")} is there twice`,
      hint: "Remove one of them, or give it another name.",
    }),
  },
  {
    kind: "wat-import-order",
    message: /^imports must occur before all non-import definitions$/,
    words: () => ({
      title: "An import stands too low",
      hint: "All `(import …)` stand before the first `(func …)`, `(memory …)` and `(global …)`.",
    }),
  },
  {
    kind: "wat-constant",
    message: /^can't global\.set on immutable global.*$/,
    words: () => ({
      title: "This global cannot be changed",
      hint: "Declare it with `mut`: `(global $count (mut i32) (i32.const 0))`.",
    }),
  },
  {
    kind: "wat-alignment",
    message: /^alignment must (?:be power-of-two|not be larger than natural alignment.*)$/,
    words: () => ({
      title: "There is no such alignment",
      hint: "`align` is 1, 2, 4 or 8, and no more than the bytes that are read or written. It may be left out.",
    }),
  },
  {
    kind: "wat-not-offered",
    message: /^(?:opcode not allowed: (?<opcode>.*)|only one (?<what>memory|table) block allowed)$/,
    words: ({ opcode, what }) => ({
      title: opcode === undefined ? `A module has one ${what}` : `Computers do not have ${code(opcode)}`,
      hint:
        opcode === undefined
          ? "Make the first one larger, and let both parts use it."
          : "There are no threads, exceptions and tail calls. Do it in another way.",
    }),
  },
  {
    kind: "wat-initializer",
    message: /^invalid initializer: .*$/,
    words: () => ({
      title: "A global begins with a plain number",
      hint: "Write it as `(i32.const 3)`; what has to be computed is set by a function: `global.set`.",
    }),
  },
];

/** A word where an instruction, or the end of something, was expected. */
function unknownWord(word: string, scene: Scene): EntryWords {
  const old = OLD_INSTRUCTIONS[word];
  if (old !== undefined) {
    return {
      title: `${code(word)} has another name now`,
      hint: `Write ${code(old)}.`,
      fixes: renaming(word, old, scene),
    };
  }
  if (word === "local" || word === "param" || word === "result") {
    return {
      title: `${code(word)} stands too low`,
      hint: "A function begins with its name, then `(param …)`, `(result …)` and `(local …)`; instructions follow.",
    };
  }
  if (/^(?:int|float|double|bool|string|long|char|number)$/.test(word)) {
    return { title: `There is no type ${code(word)}`, hint: "The types are `i32`, `i64`, `f32` and `f64`." };
  }
  const nearest = nearestName(word, WAT_INSTRUCTIONS);
  const title = `There is no instruction ${code(word)}`;
  if (nearest !== undefined) {
    return { title, hint: `Did you mean ${code(nearest)}?`, fixes: renaming(word, nearest, scene) };
  }
  return { title, hint: "Instructions are such as `i32.add`, `local.get $x`, `call $f`, `br_if $loop`." };
}

function undefinedName(kind: string, name: string, scene: Scene): EntryWords {
  const declared = DECLARED[kind] ?? kind;
  const names = [...scene.fileText.matchAll(/\((\w+)\s+(\$[\w.!#$%&'*+/:<=>?@\\^`|~-]+)/g)].flatMap(
    ([, keyword, each = ""]) =>
      keyword === declared || (kind === "local" && keyword === "param") || (kind === "label" && keyword === "loop")
        ? [each]
        : [],
  );
  const nearest = nearestName(name, names.slice(0, MAX_NAMES));
  const title = `There is no ${kind} ${code(name)}`;
  if (nearest !== undefined) {
    return { title, hint: `Did you mean ${code(nearest)}?`, fixes: scene.replacing(name.length, nearest) };
  }
  const where =
    kind === "local" ? "at the top of this function" : kind === "label" ? "around this place" : "in the module";
  return { title, hint: `Declare it ${where}: ${code(`(${declared} ${name} …)`)}.` };
}

function renaming(word: string, replacement: string, scene: Scene): readonly Fix[] {
  return scene.codeFrom.startsWith(word) ? scene.replacing(word.length, replacement) : [];
}

function countOf(types: string): number {
  return types === "" ? 0 : types.split(", ").length;
}

function valuesOf(types: string): string {
  if (types === "") return "no values";
  return types
    .split(", ")
    .map((type) => (type === "any" ? "a value" : code(type)))
    .join(", ");
}
