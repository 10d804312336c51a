// Names that are not known, or known twice, and files that are not there.

import type { Entry, EntryWords } from "./entry.ts";
import { whyNotOffered, wordsForForeign } from "./foreign-words.ts";
import { code, codes, type Scene } from "./scene.ts";

/** More would not be read. */
const MAX_LISTED = 8;

export const NAME_ENTRIES: readonly Entry[] = [
  {
    kind: "undeclared-function",
    message: /^call to undeclared (?:library )?function '(?<name>[^']*)'.*$/,
    words: ({ name = "" }, scene) => undeclaredFunction(name, scene),
  },
  {
    kind: "undeclared-name",
    message: /^use of undeclared identifier '(?<name>[^']*)'.*$/,
    words: ({ name = "" }, scene) => undeclaredName(name, scene),
  },
  {
    kind: "unknown-type",
    message: /^unknown type name '(?<name>[^']*)'.*$/,
    words: ({ name = "" }, scene) => undeclaredName(name, scene),
  },
  {
    kind: "undeclared-label",
    message: /^use of undeclared label '(?<name>[^']*)'$/,
    words: ({ name = "" }) => ({
      title: `There is no label ${code(name)}`,
      hint: `Put ${code(`${name}:`)} before the statement to go on with, in the same function.`,
    }),
  },
  {
    kind: "missing-file",
    message: /^'(?<file>[^']*)' file not found.*$/,
    words: ({ file = "" }, scene) => missingFile(file, scene),
  },
  {
    kind: "redefinition",
    message: /^redefinition of '(?<name>[^']*)'.*$/,
    words: ({ name = "" }, scene) => ({
      title: `${code(name)} is there twice`,
      hint: scene.codeFrom.slice(name.length).trimStart().startsWith("(")
        ? `${placeOfOther(scene)} Remove one of them, or give it another name.`
        : `${placeOfOther(scene)} To give it a new value, leave out the type: ${code(`${name} = …;`)}`,
    }),
  },
  {
    kind: "conflicting-types",
    message: /^(?:conflicting types for '(?<name>[^']*)'|redefinition of '(?<other>[^']*)' with a different type.*)$/,
    words: ({ name, other }, scene) => {
      const called = scene.notes.some(({ message }) => message.includes("implicit declaration"));
      const function_ = code(name ?? other ?? "");
      return {
        title: `${function_} is declared in two ways`,
        hint: called
          ? `It is used above, before C knows it. Move ${function_} above the line that calls it.`
          : `${placeOfOther(scene)} Both need the same types.`,
      };
    },
  },
  {
    kind: "no-such-member",
    message: /^no member named '(?<name>[^']*)' in '(?<type>[^']*)'.*$/,
    words: ({ name = "", type = "" }, scene) => ({
      title: `${code(type)} has no ${code(name)}`,
      hint: didYouMean(scene.diagnostic.message) ?? "Look up its members where it is declared.",
    }),
  },
];

function undeclaredFunction(name: string, scene: Scene): EntryWords {
  const foreign = wordsForForeign(name);
  const known = scene.known(name);
  if (foreign !== undefined && known === undefined)
    return { title: `C has no ${code(name)}`, hint: foreign, fixes: [] };
  const header = known?.header ?? headerInNotes(scene);
  if (header !== undefined) return missingInclude(name, header, scene);
  if (scene.definedNames.includes(name)) {
    return {
      title: `${code(name)} is not known yet`,
      hint: "It stands further down. Move it above the function that calls it, or declare it there: its first line with `;` at the end.",
    };
  }
  const whyNot = whyNotOffered(name);
  if (whyNot !== undefined) return { title: `There is no ${code(name)} here`, hint: whyNot, fixes: [] };
  const nearest = scene.nearest(name, ["function"]);
  const family = scene.familyOf(name);
  const title = `There is no function ${code(name)}`;
  if (nearest !== undefined) return { title, hint: meant(nearest, scene), fixes: scene.renaming(name, nearest) };
  if (family.length > 0) {
    const more = family.length > MAX_LISTED ? " and more" : "";
    return { title, hint: `This computer has ${codes(family.slice(0, MAX_LISTED))}${more}.`, fixes: [] };
  }
  return {
    title,
    hint: "It is no function of the program, of this computer's devices, or of a file that is included. If it is yours, it must stand above the line that calls it.",
    fixes: [],
  };
}

function undeclaredName(name: string, scene: Scene): EntryWords {
  const known = scene.known(name);
  if (known !== undefined) return missingInclude(name, known.header, scene);
  const foreign = wordsForForeign(name);
  if (foreign !== undefined) return { title: `C has no ${code(name)}`, hint: foreign, fixes: [] };
  const nearest = scene.nearest(name, ["constant", "type", "function"]);
  const title = `${code(name)} is not known here`;
  if (nearest !== undefined) return { title, hint: meant(nearest, scene), fixes: scene.renaming(name, nearest) };
  return {
    title,
    hint: `Declare it before it is used, such as ${code(`int ${name} = 0;`)}. What is declared between \`{\` and \`}\` is known only there.`,
  };
}

function missingInclude(name: string, header: string, scene: Scene): EntryWords {
  return {
    title: `${code(name)} needs an include`,
    hint: `Put ${code(scene.includeOf(header))} at the top of the file.`,
    fixes: scene.including(header),
  };
}

function missingFile(file: string, scene: Scene): EntryWords {
  const title = `There is no file ${code(file)}`;
  const header = scene.nearestHeader(file);
  if (header !== undefined) {
    return { title, hint: `Did you mean ${code(scene.includeOf(header))}?` };
  }
  const devices = scene.deviceHeader;
  const own = devices === undefined ? "" : ` All devices of this computer are in ${code(scene.includeOf(devices))}.`;
  return { title, hint: `A program can include the C library and the files beside it.${own}` };
}

/** A name to take instead, and what it is. */
function meant(nearest: string, scene: Scene): string {
  const known = scene.known(nearest);
  const declaration = known?.kind === "function" ? `: ${code(known.declaration)}` : "";
  const needed = known === undefined || scene.isIncluded(known.header) ? undefined : scene.includeOf(known.header);
  // The headers of a computer include each other.
  const isThere = known?.header === "gasworks.h" && scene.isIncluded("devices.h");
  const include = needed === undefined || isThere ? "" : ` It needs ${code(needed)}.`;
  return `Did you mean ${code(nearest)}${declaration === "" ? "?" : `?${declaration.slice(1)}.`}${include}`;
}

function headerInNotes({ notes }: Scene): string | undefined {
  return notes.flatMap(({ message }) => /^include the header <([^>]+)>/.exec(message)?.[1] ?? [])[0];
}

function placeOfOther({ notes, diagnostic }: Scene): string {
  const [other] = notes;
  if (other === undefined) return "It is declared a second time.";
  return other.file === diagnostic.file
    ? `The first one is in line ${other.line}.`
    : `The first one is in ${code(other.file.replace(/^.*\//, ""))}.`;
}

function didYouMean(message: string): string | undefined {
  const guess = /did you mean '([^']*)'/.exec(message)?.[1];
  return guess === undefined ? undefined : `Did you mean ${code(guess)}?`;
}
