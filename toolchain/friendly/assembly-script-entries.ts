// What the compiler of AssemblyScript says. Most who write it know TypeScript or JavaScript: what is otherwise here is told.

import { isNumber, writtenType } from "./assembly-script-types.ts";
import type { Entry, EntryWords } from "./entry.ts";
import type { KnownName } from "./friendly-words.ts";
import { nearestName } from "./nearest-name.ts";
import { code, type Scene } from "./scene.ts";

/** What every program can import of `gasworks.ts`, beside what C has as well. */
const OF_GASWORKS = ["print", "print_error", "exit"];

/** Words that beginners bring along, and how AssemblyScript says it. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ["any", "Each value has one type: write it, such as `i32`, `f64` or `string`."],
  ["unknown", "Each value has one type: write it, such as `i32`, `f64` or `string`."],
  ["undefined", "What may be missing has a type such as `Dog | null`, and is `null` then."],
  ["int", "Whole numbers are `i32`, or `i64` if they are huge."],
  ["float", "Numbers with a point are `f64`."],
  ["double", "Numbers with a point are `f64`."],
  ["char", "A text is a `string`; one character of it is `text.charCodeAt(0)`."],
  ["elif", "It is `else if (…)`."],
  ["printf", 'Print with `print("…")`; values go in with `${x}` between backquotes.'],
  ["puts", 'Print with `print("…")`.'],
  ["setTimeout", "Wait with `sleep_ticks(20)`, and go on behind it."],
  ["require", 'Import with `import { … } from "./file";`.'],
  ["and", "It is `&&`."],
  ["or", "It is `||`."],
  ["not", "It is `!`."],
]);

/** What TypeScript has, and how to do without. */
const NOT_OFFERED: readonly (readonly [RegExp, string])[] = [
  [
    /closure/i,
    "A function without a name cannot use variables around it. Give them as arguments, or declare them outside of all functions.",
  ],
  [/iterator/i, "Count: `for (let i = 0; i < list.length; i++)`."],
  [/exception/i, "There is no `try` and `catch`. Ask before, or give back a number that says what went wrong."],
  [/regular expression/i, "Look into texts with `indexOf`, `includes` and `split`."],
  [/spread/i, "Copy with `slice`, and join with `concat`."],
  [/union/i, "A value has one type; only `| null` can be added, to a class or a `string`."],
];

/** Members that arrays and texts have in other languages. */
const OTHER_MEMBERS: Readonly<Record<string, string>> = {
  size: "length",
  count: "length",
  len: "length",
  append: "push",
  add: "push",
  contains: "includes",
};

export const ASSEMBLY_SCRIPT_ENTRIES: readonly Entry[] = [
  {
    kind: "as-unknown-name",
    message: /^Cannot find name '(?<name>[^']*)'\.$/,
    words: ({ name = "" }, scene) => unknownName(name, scene),
  },
  {
    kind: "as-unknown-import",
    message: /^Module '(?<module>[^']*)' has no exported member '(?<name>[^']*)'\.$/,
    words: ({ module = "", name = "" }, scene) => {
      const nearest = nearestName(name, [...scene.ownNames.map((each) => each.name), ...OF_GASWORKS]);
      return {
        title: `${code(module)} has no ${code(name)}`,
        hint:
          nearest === undefined
            ? `What other files may import begins with \`export\`: ${code(`export function ${name}`)}.`
            : `Did you mean ${code(nearest)}?`,
        ...(nearest === undefined ? {} : { fixes: scene.renaming(name, nearest) }),
      };
    },
  },
  {
    kind: "as-missing-file",
    message: /^File '(?<file>[^']*)' not found\.$/,
    words: ({ file = "" }) => ({
      title: `There is no file ${code(file.replace("~lib/", ""))}`,
      hint: 'A program imports the files beside it, and `"./gasworks"` and `"./devices"`; packages of npm are not here.',
    }),
  },
  {
    kind: "as-wrong-type",
    message: /^Type '(?<from>.*)' is not assignable to type '(?<to>.*)'\.$/,
    words: ({ from = "", to = "" }, scene) => wrongType(writtenType(from), writtenType(to), scene),
  },
  {
    kind: "as-needs-cast",
    message: /^Conversion from type '(?<from>[^']*)' to '(?<to>[^']*)' (?:requires|will require) an explicit cast.*$/,
    words: ({ from = "", to = "" }, scene) => ({
      title: `${code(from)} does not fit into ${code(to)} by itself`,
      hint: `Write ${code(`${to}(${scene.subject})`)}${from.startsWith("f") && !to.startsWith("f") ? ", which leaves out what is behind the point" : ""}, or take ${code(from)} for both.`,
      fixes: scene.enclosing(`${to}(`, ")"),
    }),
  },
  {
    kind: "as-wrong-argument-count",
    message: /^Expected (?<least>at least )?(?<count>\d+) arguments, but got (?<given>\d+)\.$/,
    words: ({ least = "", count = "", given = "" }, { word }) => ({
      title:
        Number(given) < Number(count)
          ? "Too few values between the parentheses"
          : "Too many values between the parentheses",
      hint: `${word === undefined ? "It" : code(word)} takes ${least}${count} and gets ${given}.`,
    }),
  },
  {
    kind: "as-missing-mark",
    message: /^'(?<mark>[^']*)' expected\.$/,
    words: ({ mark = "" }, scene) => ({
      title: `${code(mark)} is missing`,
      hint: FOREIGN_WORDS.get(scene.wordBehind ?? "") ?? `Put a ${code(mark)} behind ${code(scene.subject)}.`,
    }),
  },
  {
    kind: "as-unfinished",
    message: /^Unexpected end of text\.$/,
    words: () => ({
      title: "The text ends too early",
      hint: "A `{` or `(` is never closed: count them from the top, and put the `}` or `)` where it ends.",
    }),
  },
  {
    kind: "as-unexpected",
    message: /^(?:Unexpected token|Expression expected|Identifier expected|Declaration expected)\.$/,
    words: (_found, scene) => unexpected(scene),
  },
  {
    kind: "as-missing-type",
    message: /^Type expected\.$/,
    words: (_found, scene) => ({
      title: "A type is missing",
      hint:
        scene.codeFrom.startsWith("{") || scene.codeBefore.endsWith(")")
          ? "Write what the function gives behind its parentheses: `: void` if nothing, else such as `: i32`."
          : "Each parameter has its type behind it: `count: i32`.",
    }),
  },
  {
    kind: "as-missing-type-argument",
    message:
      /^(?:Type argument expected|Generic type '.*' requires \d+ type argument\(s\)|Expected \d+ type arguments, but got \d+)\.$/,
    words: () => ({
      title: "What it holds is missing",
      hint: "Write it between `<` and `>`: `new Map<string, i32>()`, `new Array<f64>()`.",
    }),
  },
  {
    kind: "as-missing-return",
    message: /^A function whose declared type is not 'void' must return a value\.$/,
    words: (_found, { codeFrom }) => ({
      title: "The function does not always give a value",
      hint: `It promises ${code(/\w+/.exec(codeFrom)?.[0] ?? "a value")}: each way through it has to end with \`return …;\`. If it gives nothing, write \`: void\`.`,
    }),
  },
  {
    kind: "as-constant",
    message: /^Cannot assign to '(?<name>.*)' because it is a constant or a read-only property\.$/,
    words: ({ name = "" }) => ({
      title: `${code(writtenType(name))} cannot be changed`,
      hint: "Declare it with `let` instead of `const`.",
    }),
  },
  {
    kind: "as-constant-without-value",
    message: /^'const' declarations must be initialized\.$/,
    words: (_found, { codeFrom }) => ({
      title: "A `const` needs its value at once",
      hint: /^\w+\s+in\b/.test(codeFrom)
        ? "There is no `for … in`. Count: `for (let i = 0; i < list.length; i++)`."
        : "Write `const x = 5;`, or `let` if the value comes later.",
    }),
  },
  {
    kind: "as-twice",
    message: /^(?:Cannot redeclare block-scoped variable '(?<variable>.*)'|Duplicate identifier '(?<name>.*)'\.)$/,
    words: ({ variable, name }) => ({
      title: `${code(writtenType(variable ?? name ?? ""))} is there twice`,
      hint:
        variable === undefined
          ? "Remove one of them, or give it another name."
          : `To give it a new value, leave out \`let\`: ${code(`${variable} = …;`)}.`,
    }),
  },
  {
    kind: "as-no-such-member",
    message: /^Property '(?<name>[^']*)' does not exist on type '(?<type>.*)'\.$/,
    words: ({ name = "", type = "" }, scene) => noSuchMember(name, writtenType(type), scene),
  },
  {
    kind: "as-not-offered",
    message: /^Not implemented: (?<what>.*)$/,
    words: ({ what = "" }) => ({
      title: `AssemblyScript has no ${what.slice(0, 1).toLowerCase()}${what.slice(1)}`,
      hint: NOT_OFFERED.find(([pattern]) => pattern.test(what))?.[1] ?? "Do it in another way.",
    }),
  },
  {
    kind: "as-unclosed-text",
    message: /^Unterminated string literal\.$/,
    words: () => ({
      title: "A text is not closed",
      hint: "Put the same quote at its end. A text over several lines stands between backquotes.",
    }),
  },
  {
    kind: "as-operator",
    message: /^Operator '(?<operator>[^']*)' cannot be applied to types '(?<left>.*)' and '(?<right>.*)'\.$/,
    words: ({ operator = "", left = "", right = "" }) => ({
      title: `${code(operator)} cannot take ${code(writtenType(left))} and ${code(writtenType(right))}`,
      hint: "Make both the same type first: `.toString()` makes a text of a number, `I32.parseInt(text)` a number of a text.",
    }),
  },
  {
    kind: "as-break-outside",
    message: /^A '(?<word>break|continue)' statement can only be used within an enclosing .*$/,
    words: ({ word = "" }) => ({
      title: `${code(word)} is in no loop`,
      hint: `It ends a \`for\` or \`while\` around it${word === "break" ? ", or a `switch`" : ""}. To leave the function write \`return\`.`,
    }),
  },
];

function unknownName(name: string, scene: Scene): EntryWords {
  const module = moduleOf(name, scene.ownNames);
  if (module !== undefined) {
    const line = `import { ${name} } from "${module}";`;
    return {
      title: `${code(name)} is not imported`,
      hint: `Put ${code(line)} at the top.`,
      fixes: scene.beginning(line),
    };
  }
  const foreign = FOREIGN_WORDS.get(name);
  if (foreign !== undefined) return { title: `AssemblyScript has no ${code(name)}`, hint: foreign };
  const nearest = nearestName(name, [
    ...scene.ownNames.map((each) => each.name),
    ...OF_GASWORKS,
    ...scene.definedNames,
  ]);
  const title = `${code(name)} is not known here`;
  if (nearest === undefined) {
    return {
      title,
      hint: `Declare it before it is used, such as ${code(`let ${name} = 0;`)}, or import it. What is declared between \`{\` and \`}\` is known only there.`,
    };
  }
  const from = moduleOf(nearest, scene.ownNames);
  const needed = from === undefined ? "" : ` It is imported from ${code(`"${from}"`)}.`;
  return { title, hint: `Did you mean ${code(nearest)}?${needed}`, fixes: scene.renaming(name, nearest) };
}

function moduleOf(name: string, names: readonly KnownName[]): string | undefined {
  const known = names.find((each) => each.name === name);
  if (known !== undefined) return `./${known.header.replace(/\.h$/, "")}`;
  return OF_GASWORKS.includes(name) ? "./gasworks" : undefined;
}

function wrongType(from: string, to: string, scene: Scene): EntryWords {
  const title = `${code(from)} is no ${code(to)}`;
  if (from === `${to} | null`) {
    return {
      title: "This may be `null`",
      hint: "Ask before: `if (x != null) { … }`. If it never is, write `!` behind it.",
    };
  }
  if (from === "void")
    return { title: "This gives no value", hint: "The function gives nothing: call it in a line of its own." };
  if (from === "<object>") {
    return {
      title: "An object needs a class",
      hint: "Declare `class Point { x: i32 = 0; y: i32 = 0; }`, and write `new Point()`.",
    };
  }
  if (to === "string" && isNumber(from)) {
    const isName = /^[A-Za-z_][\w.]*(?:\(.*\))?$/.test(scene.subject);
    return {
      title,
      hint: "Make a text of it with `.toString()`.",
      fixes: isName ? scene.enclosing("", ".toString()") : [],
    };
  }
  if (from === "string" && isNumber(to)) {
    return { title, hint: "Make a number of a text with `I32.parseInt(text)` or `F64.parseFloat(text)`." };
  }
  return { title, hint: `A value of ${code(to)} has to stand here.` };
}

function noSuchMember(name: string, type: string, scene: Scene): EntryWords {
  const title = `${code(type)} has no ${code(name)}`;
  if (isNumber(type.toLowerCase())) {
    const call = scene.ownNames.find((known) => known.kind === "function" && known.name.endsWith(`_${name}`));
    return {
      title,
      hint:
        call === undefined
          ? "A number has no members but `toString()`."
          : `Devices are numbers, and given to functions: ${code(`${call.name}(device, …)`)}.`,
    };
  }
  const other = OTHER_MEMBERS[name];
  if (other !== undefined && /^(?:string|(?:Static)?Array<.*>)$/.test(type)) {
    return { title, hint: `Here it is ${code(other)}.`, fixes: scene.renaming(name, other) };
  }
  return { title, hint: "Look up its members where its class is declared." };
}

function unexpected({ codeFrom, codeBefore, word, subject }: Scene): EntryWords {
  if (/^(?:async|await)\b/.test(codeFrom)) {
    return {
      title: "There is no `async` and `await`",
      hint: "Calls of devices wait by themselves: write them one behind the other.",
    };
  }
  if (codeBefore.endsWith("?") && codeFrom.startsWith(".")) {
    return { title: "There is no `?.`", hint: "Ask before: `if (x != null) { … }`." };
  }
  if (codeFrom.startsWith("}")) {
    return {
      title: "One `}` too many",
      hint: "This `}` closes nothing. Remove it, or look for a `{` that is missing above.",
    };
  }
  if (/^(?:let|const|var)\s*[[{]/.test(codeFrom)) {
    return { title: "A name is missing", hint: "One variable at a time: `const first = list[0];`." };
  }
  const what = word ?? subject;
  return {
    title: `${what === "" ? "This" : code(what)} is not expected here`,
    hint: "Something before it is missing or too much: a `;` between two statements, an operator, a parenthesis.",
  };
}
