// Words of other languages that beginners bring along, and how C says it.

/** A sentence for each word. */
const FOREIGN_WORDS: ReadonlyMap<string, string> = new Map([
  ["String", "C has no type for texts: write `const char *`."],
  ["string", "C has no type for texts: write `const char *`."],
  ["boolean", "The type is `bool`, with `#include <stdbool.h>`."],
  ["True", "It is `true`, with `#include <stdbool.h>`."],
  ["False", "It is `false`, with `#include <stdbool.h>`."],
  ["nullptr", "It is `NULL`, with `#include <stddef.h>`."],
  ["null", "It is `NULL`, with `#include <stddef.h>`."],
  ["None", "It is `NULL`, with `#include <stddef.h>`."],
  ["nil", "It is `NULL`, with `#include <stddef.h>`."],
  ["and", "C writes `&&` for “and”."],
  ["or", "C writes `||` for “or”."],
  ["not", "C writes `!` for “not”."],
  ["elif", "C writes `else if (…)`."],
  ["elseif", "C writes `else if (…)`."],
  ["in", "C counts: `for (int i = 0; i < 10; i++)`."],
  ["let", "C writes the type: `int x = 5;`."],
  ["var", "C writes the type: `int x = 5;`."],
  ["def", "C writes the type of what a function gives: `int name(int x) { … }`."],
  ["function", "C writes the type of what a function gives: `int name(int x) { … }`."],
  ["fn", "C writes the type of what a function gives: `int name(int x) { … }`."],
  ["cout", 'C prints with `printf("%d\\n", x);`, with `#include <stdio.h>`.'],
  ["std", 'C prints with `printf("%d\\n", x);`, with `#include <stdio.h>`.'],
  ["console", 'C prints with `printf("%d\\n", x);`, with `#include <stdio.h>`.'],
  ["echo", 'C prints with `puts("…");`, with `#include <stdio.h>`.'],
  ["new", "C asks for memory with `malloc(size)`, with `#include <stdlib.h>`."],
  ["len", "The number of elements of an array is `sizeof array / sizeof array[0]`; of a text, `strlen(text)`."],
]);

/** What the C library of a computer without processes, files and network does not have. */
const NOT_OFFERED =
  /^(?:fork|v?exec\w*|system|popen|pclose|wait|waitpid|kill|pthread_\w+|thrd_\w+|mtx_\w+|socket|connect|bind|listen|accept|pipe|dup2?|getpid|tmpfile|tmpnam)$/;

/** Why a computer in a game does not have this function of other computers. */
export function whyNotOffered(name: string): string | undefined {
  return NOT_OFFERED.test(name)
    ? "Computers in the game have no processes, threads, files or network: do it in another way."
    : undefined;
}

/** How C says what another language says with this word. */
export function wordsForForeign(word: string | undefined): string | undefined {
  return word === undefined ? undefined : FOREIGN_WORDS.get(word);
}
