// What the linker misses, or has twice.

import type { Entry, EntryWords } from "./entry.ts";
import { whyNotOffered } from "./foreign-words.ts";
import { nearestName } from "./nearest-name.ts";
import { code, type Scene } from "./scene.ts";

export const LINK_ENTRIES: readonly Entry[] = [
  {
    kind: "missing-main",
    message: /^no function `int main\(void\)` .*$/,
    words: (_found, scene) => missingMain(scene),
  },
  {
    kind: "undefined-symbol",
    message: /^undefined symbol: (?<name>.*)$/,
    words: ({ name = "" }, scene) => undefinedSymbol(name, scene),
  },
  {
    kind: "duplicate-symbol",
    message: /^duplicate symbol: (?<name>.*)$/,
    words: ({ name = "" }, { notes, diagnostic }) => {
      const other = notes.find(({ file }) => file !== diagnostic.file)?.file;
      return {
        title: name === "main" ? "There are two `main`" : `${code(name)} is there twice`,
        hint:
          name === "main"
            ? `A program begins in one \`main\`. Remove one${other === undefined ? "" : `, here or in ${code(other)}`}.`
            : `${other === undefined ? "Another file" : code(other)} has it too. Rename one, or write \`static\` before both: then each file has its own.`,
      };
    },
  },
];

function missingMain(scene: Scene): EntryWords {
  const { word } = scene;
  const title = "The program has no `main`";
  if (word === "main") {
    return { title: "`main` looks otherwise", hint: "Write `int main(void)`; it gives 0 if all went well." };
  }
  const similar = nearestName("main", scene.definedNames);
  return {
    title,
    hint:
      similar === undefined
        ? "A program begins in a function `int main(void) { … }`. Write one."
        : `A program begins in \`int main(void)\`. Is ${code(similar)} meant to be it?`,
  };
}

function undefinedSymbol(name: string, scene: Scene): EntryWords {
  const title = `${code(name)} is declared, and nobody defines it`;
  const known = scene.known(name);
  if (known !== undefined) {
    return {
      title,
      hint: `It comes with ${code(scene.includeOf(known.header))}. Include that, and remove your own declaration.`,
    };
  }
  const whyNot = whyNotOffered(name);
  if (whyNot !== undefined) return { title: `There is no ${code(name)} here`, hint: whyNot };
  if (!scene.codeFrom.slice(name.length).trimStart().startsWith("(")) {
    return { title, hint: `Define it in one of the files, without \`extern\`: ${code(`int ${name} = 0;`)}` };
  }
  const similar = nearestName(name, scene.definedNames) ?? scene.nearest(name, ["function"]);
  return {
    title,
    hint: `Write its body, ${code(`${name}(…) { … }`)}, in this file or another.${similar === undefined ? "" : ` Or did you mean ${code(similar)}?`}`,
  };
}
