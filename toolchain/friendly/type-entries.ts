// Values of the wrong kind, and calls with the wrong arguments.

import type { Entry, EntryWords } from "./entry.ts";
import { code, type Scene } from "./scene.ts";

export const TYPE_ENTRIES: readonly Entry[] = [
  {
    kind: "argument-count",
    message:
      /^too (?<amount>few|many) arguments to function call, (?:expected (?:at (?:least|most) )?(?<expected>\d+), have (?<had>\d+)|(?:expected )?single argument '[^']*'(?:, have (?<hadMore>\d+) arguments| was not specified))$/,
    words: ({ amount = "", expected = "1", had, hadMore = had }, scene) =>
      argumentCount({ amount, expected, had: hadMore }, scene),
  },
  {
    kind: "integer-and-pointer",
    message: /^incompatible (?<from>integer|pointer) to (?<to>integer|pointer) conversion (?<doing>\w+) (?<types>.*)$/,
    words: ({ to = "", types = "" }, scene) => integerAndPointer(to, types, scene),
  },
  {
    kind: "wrong-pointer",
    message: /^incompatible pointer types \w+ '(?<first>[^']*)'.*'(?<second>[^']*)'.*$/,
    words: ({ first = "", second = "" }) => ({
      title: "A pointer to something else",
      hint: `${code(first)} and ${code(second)} point to different kinds of values. Both sides need the same type.`,
    }),
  },
  {
    kind: "wrong-type",
    message:
      /^(?:initializing|assigning to|passing|returning) '(?<first>[^']*)'.* (?:incompatible type|incompatible result type) '(?<second>[^']*)'.*$/,
    words: ({ first = "", second = "" }, { subject }) =>
      first === "void" || second === "void"
        ? {
            title: `${subject === "" ? "This call" : code(subject)} gives no value`,
            hint: "Its function is `void`. Call it by itself, or let the function give something with `return`.",
          }
        : {
            title: "A value of the wrong type",
            hint: `${code(first)} and ${code(second)} do not fit together. Look up which type is wanted here.`,
          },
  },
  {
    kind: "wrong-operands",
    message: /^invalid operands to binary expression \('(?<left>[^']*)'.* and '(?<right>[^']*)'.*\)$/,
    words: ({ left = "", right = "" }) => ({
      title: `C cannot compute with ${code(left)} and ${code(right)}`,
      hint: /char|\*/.test(left + right)
        ? 'Texts and pointers are not added or multiplied. To join texts, print them: `snprintf(text, sizeof text, "%s%d", a, b)`.'
        : "Both sides need numbers. Of a struct, take a member: `a.x`.",
    }),
  },
  {
    kind: "not-a-function",
    message: /^called object type '(?<type>[^']*)'.* is not a function or function pointer$/,
    words: (_found, { subject }) => ({
      title: `${subject === "" ? "This" : code(subject)} is no function`,
      hint: "Only functions are called with `(…)`. To multiply, write `*`: `2 * (a + b)`.",
    }),
  },
  {
    kind: "not-an-array",
    message: /^subscripted value is not an array, pointer, or vector$/,
    words: (_found, { subject }) => ({
      title: `${subject === "" ? "This" : code(subject)} is no array`,
      hint: "Only arrays and pointers take an index. An array is declared with its size: `int values[10];`",
    }),
  },
  {
    kind: "not-a-pointer",
    message: /^indirection requires pointer operand \('(?<type>[^']*)'.* invalid\)$/,
    words: ({ type = "" }) => ({
      title: `\`*\` before ${code(type)}, which is no pointer`,
      hint: "`*p` is what a pointer `p` points to. For the value itself, leave out the `*`.",
    }),
  },
  {
    kind: "dot-or-arrow",
    message:
      /^member reference type '(?<type>[^']*)' is (?<no>not )?a pointer; did you mean to use '(?<mark>->|\.)'\?$/,
    words: ({ mark = "" }, { subject }) => ({
      title: `Members of ${subject === "" ? "this" : code(subject)} are reached with \`${mark}\``,
      hint:
        mark === "." ? "It is a struct: `a.x`. `->` is for pointers." : "It is a pointer: `p->x`. `.` is for structs.",
    }),
  },
  {
    kind: "no-members",
    message: /^member reference (?:base )?type '(?<type>[^']*)'.* is not (?:a structure or union|a pointer)$/,
    words: ({ type = "" }) => ({
      title: `${code(type)} has no members`,
      hint: /^\w+_t$/.test(type)
        ? `The calls of a device take it first: ${code(`${type.slice(0, -2)}_name(…)`)}, not \`.name(…)\`.`
        : "Only structs have members that are reached with `.` and `->`.",
    }),
  },
  {
    kind: "constant-assigned",
    message: /^cannot assign to (?:variable|non-static data member) '(?<name>[^']*)' with const-qualified type .*$/,
    words: ({ name = "" }, { notes }) => ({
      title: `${code(name)} is constant`,
      hint: `It is declared \`const\`${notes[0] === undefined ? "" : ` in line ${notes[0].line}`}. Remove \`const\` if it has to change.`,
    }),
  },
  {
    kind: "not-assignable",
    message: /^(?:expression|array type '[^']*') is not assignable$/,
    words: (_found, { diagnostic }) =>
      diagnostic.message.startsWith("array")
        ? {
            title: "An array cannot be assigned",
            hint: "Copy it: `strcpy(to, from)` for texts, `memcpy(to, from, sizeof to)` for others.",
          }
        : { title: "Nothing can be assigned to this", hint: "Left of `=` stands a variable. To compare, write `==`." },
  },
  {
    kind: "incomplete-type",
    message: /^(?:variable has|field has|tentative definition has type) incomplete type '(?<type>[^']*)'.*$/,
    words: ({ type = "" }) => ({
      title: `C does not know what ${code(type)} is made of`,
      hint: type === "void" ? "A variable needs a type such as `int`." : `Define it above: ${code(`${type} { … };`)}`,
    }),
  },
  {
    kind: "missing-type",
    message: /^type specifier missing, defaults to 'int'.*$/,
    words: (_found, scene) => ({
      title: "A type is missing",
      hint:
        scene.word === "main"
          ? "Write `int main(void)`."
          : `Write the type first, such as \`int\`${scene.word === undefined ? "" : `: ${code(`int ${scene.word}`)}`}. Only declarations stand outside of functions.`,
      // The compiler's own has no space behind it.
      fixes: scene.replacing(0, "int "),
    }),
  },
  {
    kind: "return-with-value",
    message: /^void function '(?<name>[^']*)' should not return a value$/,
    words: ({ name = "" }) => ({
      title: `${code(name)} gives no value, but here one is returned`,
      hint: `Write \`return;\`, or change the \`void\` before ${code(name)} to the type of the value.`,
    }),
  },
  {
    kind: "return-without-value",
    message: /^non-void function '(?<name>[^']*)' should return a value$/,
    words: ({ name = "" }) => ({
      title: `${code(name)} must give a value`,
      hint: "Put the value behind `return`, such as `return 0;`.",
    }),
  },
];

function argumentCount(
  { amount, expected, had }: { readonly amount: string; readonly expected: string; readonly had: string | undefined },
  scene: Scene,
): EntryWords {
  const name = scene.notes.flatMap(({ message }) => /^'(\w+)' declared here$/.exec(message)?.[1] ?? [])[0];
  const declaration = name === undefined ? undefined : scene.declarationOf(name);
  const count = expected === "1" ? "1 argument" : `${expected} arguments`;
  return {
    title: `${name === undefined ? "The function" : code(name)} takes ${count}${had === undefined ? "" : `, not ${had}`}`,
    hint:
      declaration === undefined
        ? `There are too ${amount} between the parentheses.`
        : `There are too ${amount} between the parentheses. It is declared as ${code(declaration)}.`,
  };
}

const IS_TEXT = /'(?:const )?char(?:\[\d+\]| \*)'/;

function integerAndPointer(to: string, types: string, scene: Scene): EntryWords {
  const { diagnostic, subject } = scene;
  if (subject.startsWith('"') && types.includes("'char'")) {
    return {
      title: "A text where a character is wanted",
      hint: `A single character has single quotes: ${code(oneCharacter(subject))}.`,
    };
  }
  if (subject.startsWith("'") && to === "pointer") {
    return { title: "A character where a text is wanted", hint: 'A text has double quotes: `"hello"`.' };
  }
  if (diagnostic.message.endsWith("remove &")) {
    return { title: "An address where a number is wanted", hint: "Remove the `&`: the value itself is wanted." };
  }
  if (diagnostic.message.endsWith("dereference with *")) {
    return { title: "An address where a number is wanted", hint: "Put `*` before it to get what it points to." };
  }
  const isText = IS_TEXT.test(types);
  return to === "integer"
    ? {
        title: `${isText ? "A text" : "A pointer"} where a number is wanted`,
        hint: isText
          ? "Give a number without quotes; atoi() makes a number of a text."
          : "Give a number, or `*p` for what `p` points to.",
      }
    : {
        title: `A number where ${isText ? "a text" : "a pointer"} is wanted`,
        hint: isText
          ? 'Give a text in double quotes. To print a number, write `printf("%d\\n", x)`.'
          : "Give an address: `&x` is the address of `x`, and the name of an array is its address.",
      };
}

function oneCharacter(text: string): string {
  return `'${text.slice(1, 2)}'`;
}
