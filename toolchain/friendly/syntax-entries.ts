// What is not C yet: marks that are missing or too many.

import type { Entry, EntryWords } from "./entry.ts";
import { wordsForForeign } from "./foreign-words.ts";
import { nearestName } from "./nearest-name.ts";
import { code, type Scene } from "./scene.ts";

const DIRECTIVES = "include define undef if ifdef ifndef elif else endif error pragma".split(" ");

export const SYNTAX_ENTRIES: readonly Entry[] = [
  {
    kind: "missing-semicolon-in-for",
    message: /^expected ';' in 'for' statement specifier$/,
    words: (_found, { word }) => ({
      title: "`for` needs two semicolons",
      hint: wordsForForeign(word) ?? "Its three parts have `;` between them, not `,`: `for (int i = 0; i < 10; i++)`.",
    }),
  },
  {
    kind: "missing-semicolon",
    message: /^expected ';' (?<where>.*)$/,
    words: ({ where = "" }, scene) => ({
      title: "A semicolon is missing",
      hint:
        wordsForForeign(/\w+$/.exec(scene.codeBefore)?.[0]) ??
        (where === "after struct"
          ? "The `}` at the end of a struct is followed by `;`."
          : `Put a \`;\` behind ${codeOrPlace(scene)}. Every statement ends with one.`),
    }),
  },
  {
    kind: "missing-closing-brace",
    message: /^expected '\}'$/,
    words: (_found, { notes }) => ({
      title: "A closing brace is missing",
      hint: `The \`{\`${inLine(notes[0]?.line)} is never closed. Put a \`}\` where its block ends.`,
    }),
  },
  {
    kind: "extra-closing-brace",
    message: /^extraneous closing brace \('\}'\)$/,
    words: () => ({
      title: "One closing brace too many",
      hint: "This `}` closes nothing. Remove it, or look for a `{` that is missing above.",
    }),
  },
  {
    kind: "missing-opening-brace",
    message: /^expected function body after function declarator$/,
    words: () => ({
      title: "The body of the function is missing",
      hint: "Put what the function does between `{` and `}`. If it is only declared here, end the line with `;`.",
    }),
  },
  {
    kind: "missing-closing-parenthesis",
    message: /^expected '\)'$/,
    words: (_found, { notes, word }) => ({
      title: "A closing parenthesis is missing",
      hint: wordsForForeign(word) ?? `The \`(\`${inLine(notes[0]?.line)} is never closed. Put a \`)\` where it ends.`,
    }),
  },
  {
    kind: "missing-opening-parenthesis",
    message: /^expected '\(' after '(?<word>[^']*)'$/,
    words: ({ word = "" }) => ({
      title: `${code(word)} needs parentheses`,
      hint: `Put what it tests between \`(\` and \`)\`: \`${word} (…)\`.`,
    }),
  },
  {
    kind: "extra-parenthesis",
    message: /^extraneous '\)' before ';'$/,
    words: () => ({ title: "One `)` too many", hint: "Remove it: everything that was opened is closed already." }),
  },
  {
    kind: "missing-bracket",
    message: /^expected '\]'$/,
    words: () => ({ title: "A `]` is missing", hint: "Put it behind the index or the size: `array[3]`." }),
  },
  {
    kind: "open-text",
    message: /^missing terminating (?:'"'|') character$/,
    words: (_found, { codeFrom }) => ({
      title: `A closing ${codeFrom.startsWith("'") ? "`'`" : '`"`'} is missing`,
      hint: "A text begins and ends with `\"` in the same line, and a single character with `'`.",
    }),
  },
  {
    kind: "open-comment",
    message: /^unterminated \/\* comment$/,
    words: () => ({ title: "The comment never ends", hint: "Put `*/` where it ends." }),
  },
  {
    kind: "strange-character",
    message:
      /^(?:unexpected character <U\+(?<unexpected>\w+)>|character <U\+(?<letter>\w+)> not allowed in an identifier)$/,
    words: ({ unexpected, letter }, scene) => {
      const quote = straightQuote(unexpected ?? letter ?? "");
      return {
        title: "A character that C does not know",
        hint:
          quote === undefined
            ? "Remove it, or type it anew: names have letters from a to z, digits and `_`."
            : `This is a curly quote, as word processors make them. Type a straight one: \`${quote}\`.`,
        ...(quote === undefined ? {} : { fixes: scene.replacing(1, quote) }),
      };
    },
  },
  {
    kind: "missing-expression",
    message: /^expected expression$/,
    words: (_found, scene) => missingExpression(scene),
  },
  {
    kind: "name-expected",
    message: /^expected identifier or '\('$/,
    words: (_found, { word, codeFrom }) => ({
      title: "A name is missing here",
      hint:
        word !== undefined
          ? `${code(word)} is a word of the language and cannot be a name.`
          : /^\d/.test(codeFrom)
            ? "A name cannot begin with a digit."
            : "A type is followed by a name: `int count = 0;`. Look also for a `}` or `;` too many above.",
    }),
  },
  {
    kind: "bad-directive",
    message: /^invalid preprocessing directive(?:, did you mean '#(?<guess>\w+)'\?)?$/,
    words: (_found, scene) => {
      const { word = "" } = scene;
      const guess = nearestName(word, DIRECTIVES);
      return {
        title: `${code(`#${word}`)} is no directive`,
        hint: `${guess === undefined ? "" : `Did you mean \`#${guess}\`? `}Lines that begin with \`#\` are such as \`#include <stdio.h>\` and \`#define SIZE 10\`.`,
        fixes: guess === undefined ? [] : scene.renaming(word, guess),
      };
    },
  },
  {
    kind: "include-without-quotes",
    message: /^expected "FILENAME" or <FILENAME>$/,
    words: (_found, { codeFrom }) => ({
      title: "The name of the file needs quotes",
      hint: `Write \`#include <${/^[\w.]+/.exec(codeFrom)?.[0] ?? "stdio.h"}>\` for a file of the C library, and \`#include "devices.h"\` for one of this computer.`,
    }),
  },
  {
    kind: "function-in-function",
    message: /^function definition is not allowed here$/,
    words: (_found, { functionName }) => ({
      title: "A function inside a function",
      hint: `Move it above ${functionName === undefined ? "the function around it" : code(functionName)}; or a \`}\` is missing before it.`,
    }),
  },
  {
    kind: "outside-loop",
    message: /^'(?<word>break|continue)' statement not in loop(?: or switch)? statement$/,
    words: ({ word = "" }) => ({
      title: `${code(word)} outside a loop`,
      hint: `${code(word)} works inside \`for\` and \`while\`${word === "break" ? " (and `switch`)" : ""}. To leave the function, write \`return\`.`,
    }),
  },
  {
    kind: "duplicate-case",
    message: /^duplicate case value '(?<value>[^']*)'$/,
    words: ({ value = "" }, { notes }) => ({
      title: `${code(`case ${value}`)} is there twice`,
      hint: `The other one is in line ${notes[0]?.line ?? "above"}. Each value has one place.`,
    }),
  },
  {
    kind: "too-many-errors",
    message: /^too many errors emitted, stopping now.*$/,
    words: () => ({
      title: "More mistakes follow",
      hint: "Mend the first ones and compile again: later ones often come from them.",
    }),
  },
];

function missingExpression({ word, codeBefore, codeFrom }: Scene): EntryWords {
  const title = "Something is missing here";
  if (word === "else") {
    return { title: "`else` without `if`", hint: "Put the statements between `if` and `else` into `{` and `}`." };
  }
  const before = /[=+\-*/%<>&|,(!]$/.exec(codeBefore)?.[0];
  if (before !== undefined && /^[;)\]}]/.test(codeFrom)) {
    return { title, hint: `After \`${before}\` comes a value, such as a number or a name.` };
  }
  if (/^["']/.test(codeFrom))
    return { title: "A quote is not closed", hint: "Put the same quote where the text ends." };
  return {
    title,
    hint:
      wordsForForeign(word) ??
      `Before ${code(codeFrom)} a value, a \`;\` or a \`)\` is missing, or something is there that C does not know.`,
  };
}

function straightQuote(codePoint: string): string | undefined {
  if (/^201[89AB]$/.test(codePoint)) return "'";
  return /^201[C-F]$/.test(codePoint) ? '"' : undefined;
}

/** The code that a mark goes behind, without the statements before it; or where that is. */
function codeOrPlace({ codeBefore, diagnostic }: Scene): string {
  const statement = /[^;{}]*$/.exec(codeBefore)?.[0].trim() ?? "";
  if (statement !== "") return code(statement);
  return codeBefore === "" ? `the statement before line ${diagnostic.line}` : code(codeBefore);
}

function inLine(line: number | undefined): string {
  return line === undefined ? "" : ` in line ${line}`;
}
