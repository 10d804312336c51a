// What is C, and yet hardly what was meant.

import type { Entry } from "./entry.ts";
import { code } from "./scene.ts";

export const VALUE_ENTRIES: readonly Entry[] = [
  {
    kind: "assignment-in-condition",
    message: /^using the result of an assignment as a condition without parentheses$/,
    words: (_found, { notes }) => ({
      title: "`=` in a condition",
      hint: "`=` gives a value to a variable. To compare, write `==`.",
      fixes: notes
        .flatMap(({ fixIts }) => fixIts)
        .filter(({ text }) => text === "==")
        .map((edit) => ({ title: "Change to `==`", edits: [edit] })),
    }),
  },
  {
    kind: "chained-comparison",
    message: /^chained comparison '(?<form>[^']*)' does not behave the same as a mathematical expression$/,
    words: () => ({
      title: "Two comparisons in a row",
      hint: "C compares two values at a time: write `0 < x && x < 5`.",
    }),
  },
  {
    kind: "missing-return",
    message: /^non-void function does not return a value(?<partly> in all control paths)?$/,
    words: ({ partly }, { functionName }) => ({
      title: `${functionName === undefined ? "The function" : code(functionName)} does not ${partly === undefined ? "" : "always "}give a value`,
      hint: "It promises one. Put `return …;` where it ends, before the last `}`.",
    }),
  },
  {
    kind: "format-type",
    message:
      /^format specifies type '(?<wanted>[^']*)'.* but the argument has (?:underlying )?type '(?<given>[^']*)'(?: \(aka '(?<alias>[^']*)'\))?.*$/,
    words: ({ wanted = "", given = "", alias = given }, scene) => {
      const { diagnostic, subject } = scene;
      // Inside a text clang counts one too many.
      const specifier = /^%[^\s"%\\]*/.exec(scene.codeOf(diagnostic.ranges[1]))?.[0];
      const better = diagnostic.fixIts[0]?.text;
      if (wanted === `${alias} *`) {
        return { title: "The address of the variable is wanted", hint: `Put \`&\` before it: ${code(`&${subject}`)}.` };
      }
      return {
        title: `${specifier === undefined ? "The format" : code(specifier)} does not fit ${code(given)}`,
        hint: `It is for ${code(wanted)}.${better?.startsWith("%") === true ? ` For this value write ${code(better)}.` : ""}`,
      };
    },
  },
  {
    kind: "format-too-few",
    message: /^more '%' conversions than data arguments$/,
    words: () => ({
      title: "The text asks for more values than there are",
      hint: "Each `%d`, `%s` and so on takes one value behind the text. To print a percent sign, write `%%`.",
    }),
  },
  {
    kind: "format-too-many",
    message: /^data argument not used by format string$/,
    words: (_found, { word }) => ({
      title: `${word === undefined ? "A value" : code(word)} is not printed`,
      hint: "Put a `%d`, `%s` or `%f` into the text for each value behind it.",
    }),
  },
  {
    kind: "format-unknown",
    message: /^(?:invalid conversion specifier '(?<specifier>[^']*)'|incomplete format specifier)$/,
    words: ({ specifier }) => ({
      title: /^[a-zA-Z]$/.test(specifier ?? "") ? `There is no ${code(`%${specifier}`)}` : "A lonely `%`",
      hint: "`%d` is for int, `%f` for double, `%s` for texts, `%c` for characters. To print a percent sign, write `%%`.",
    }),
  },
  {
    kind: "format-variable",
    message: /^format string is not a string literal.*$/,
    words: (_found, { subject }) => ({
      title: "A text of the program as the format",
      hint: `A \`%\` in it would be taken for a value. Write ${code(`printf("%s", ${subject === "" ? "text" : subject})`)}.`,
    }),
  },
  {
    kind: "unused-result",
    message: /^ignoring return value of function declared with 'warn_unused_result' attribute$/,
    words: (_found, { subject, codeFrom }) => {
      const name = /^\w+/.exec(subject === "" ? codeFrom : subject)?.[0] ?? "";
      return name.endsWith("_start")
        ? {
            title: "The task is started and forgotten",
            hint: `Keep what ${code(name)} gives, to wait for it: ${code(`int task = ${name}(…);`)} and later \`task_wait(task)\`. Or call ${code(name.replace(/_start$/, ""))}, which waits.`,
          }
        : {
            title: `The answer of ${name === "" ? "this call" : code(name)} is not used`,
            hint: `The call does nothing but answer. Keep it in a variable or test it in an \`if\`.`,
          };
    },
  },
  {
    kind: "unused-comparison",
    message: /^(?<sort>equality|inequality|relational) comparison result unused$/,
    words: ({ sort = "" }) => ({
      title: "A comparison that changes nothing",
      hint:
        sort === "equality"
          ? "To give a value to a variable, write `=`. To test something, put it into an `if`."
          : "To test something, put it into an `if`.",
    }),
  },
  {
    kind: "unused-value",
    message: /^expression result unused$/,
    words: () => ({
      title: "A value that nobody uses",
      hint: "The line computes something and forgets it. To keep it, write `x = …;`; to call a function, put `()` behind its name.",
    }),
  },
  {
    kind: "uninitialized",
    message:
      /^variable '(?<name>[^']*)' is (?:(?<partly>used uninitialized whenever .*)|(?:may be )?uninitialized when .*)$/,
    words: ({ name = "", partly }) => ({
      title: `${code(name)} ${partly === undefined ? "has no value" : "does not always have a value"}`,
      hint: `Give it one where it is declared: ${code(`${name} = 0`)}.`,
    }),
  },
  {
    kind: "array-bounds",
    message:
      /^array index (?<index>-?\d+) is (?:past the end|before the beginning) of the array(?: \(that has type '(?<type>[^']*)'.*\))?$/,
    words: ({ index = "", type }) => {
      const size = /\[(\d+)\]/.exec(type ?? "")?.[1];
      return {
        title: `The array has no element ${code(index)}`,
        hint:
          size === undefined
            ? "Elements are counted from 0."
            : `It has ${size === "1" ? "1 element" : `${size} elements`}, counted from 0: the last one is ${code(String(Number(size) - 1))}.`,
      };
    },
  },
  {
    kind: "too-many-elements",
    message: /^(?:excess elements in .*|initializer-string for char array is too long.*)$/,
    words: () => ({
      title: "More values than the array has room for",
      hint: 'Leave out the size, and C counts: `int a[] = {1, 2, 3};`, `char text[] = "abc";`. A text needs one byte more, for its end.',
    }),
  },
  {
    kind: "unused-variable",
    message:
      /^(?:unused (?<what>variable|function|label|typedef) '(?<name>[^']*)'|(?:variable|parameter) '(?<set>[^']*)' set but not used)$/,
    words: ({ what, name, set }) =>
      set === undefined
        ? { title: `${code(name ?? "")} is never used`, hint: `Remove the ${what ?? "variable"}, or use it.` }
        : { title: `${code(set)} is set and never read`, hint: "Remove it, or use its value." },
  },
  {
    kind: "unreachable",
    message: /^code will never be executed$/,
    words: () => ({
      title: "The program never gets here",
      hint: "Before it the function always ends, or a loop goes on for ever. Remove it, or look at what stands before.",
    }),
  },
  {
    kind: "empty-body",
    message: /^(?<what>if|else|for|while|switch)(?: statement| loop| clause)? has empty body$/,
    words: ({ what = "" }) => ({
      title: `${code(what)} that does nothing`,
      hint: `The \`;\` right behind it is all that belongs to ${code(what)}. Remove that \`;\`.`,
    }),
  },
  {
    kind: "misleading-indentation",
    message: /^misleading indentation; statement is not part of the previous '(?<what>\w+)'$/,
    words: ({ what = "" }) => ({
      title: `This line does not belong to the ${code(what)}`,
      hint: "Without braces only one statement does. Put all of them between `{` and `}`.",
    }),
  },
  {
    kind: "compared-texts",
    message: /^result of comparison against a string literal is unspecified.*$/,
    words: () => ({
      title: "Texts are not compared with `==`",
      hint: 'Write `strcmp(a, "text") == 0`, with `#include <string.h>`.',
    }),
  },
  {
    kind: "several-characters",
    message: /^(?:multi-character character constant|character constant too long for its type)$/,
    words: () => ({
      title: "Several characters between single quotes",
      hint: 'Single quotes hold one character. A text has double quotes: `"hello"`.',
    }),
  },
  {
    kind: "division-by-zero",
    message: /^(?:division|remainder) by zero is undefined$/,
    words: () => ({ title: "Division by zero", hint: "There is no such number; the program would crash here." }),
  },
  {
    kind: "number-too-big",
    message: /^implicit conversion .* to '(?<to>[^']*)' changes value from (?<value>\S+) to (?<changed>\S+)$/,
    words: ({ to = "", value = "", changed = "" }) => ({
      title: `${code(value)} does not fit into ${code(to)}`,
      hint: `It would become ${code(changed)}. Take a larger type, such as ${to.includes("char") ? "`int`" : "`long long` or `double`"}.`,
    }),
  },
  {
    kind: "signs-compared",
    message: /^comparison of integers of different signs: '(?<left>[^']*)'.* and '(?<right>[^']*)'.*$/,
    words: ({ left = "", right = "" }) => ({
      title: "A number with a sign against one without",
      hint: `${code(left.replace("__size_t", "size_t"))} and ${code(right.replace("__size_t", "size_t"))}: only one can be negative: -1 would count as a huge number. Give both the same type, or write \`(int)\` before the other one.`,
    }),
  },
  {
    kind: "always-the-same",
    message: /^.* (?:always evaluates to (?<fixed>true|false)|is always (?<constant>true|false))$/,
    words: ({ fixed, constant }) => ({
      title: `This is always ${fixed ?? constant ?? ""}`,
      hint: "Whatever the values are, the answer is the same. Look at what is compared here.",
    }),
  },
  {
    kind: "not-of-comparison",
    message: /^logical not is only applied to the left hand side of this (?:comparison|bitwise operator)$/,
    words: () => ({
      title: "`!` takes only what stands right behind it",
      hint: "For the opposite of a comparison write `!(a == b)`, or `a != b`.",
    }),
  },
  {
    kind: "endless-recursion",
    message: /^all paths through this function will call itself$/,
    words: (_found, { functionName }) => ({
      title: `${functionName === undefined ? "The function" : code(functionName)} calls itself without end`,
      hint: "Put an `if` with a `return` before the call, for the case where it has to stop.",
    }),
  },
  {
    kind: "wrong-main",
    message: /^(?:return type of 'main' is not 'int'|only one parameter on 'main' declaration)$/,
    words: () => ({
      title: "`main` looks otherwise",
      hint: "Write `int main(void)`; it gives 0 if all went well.",
    }),
  },
];
