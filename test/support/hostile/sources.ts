// Sources that attack the machine that compiles them. What each may come to is said beside it: a diagnostic, or a code of
// the toolchain.

import type { CompileOptions, Sources } from "gasworks/toolchain";

export interface HostileSource {
  readonly sources: Sources;
  readonly options?: CompileOptions;
  /** Codes it may end with; `"diagnostic"` for an error in the source. */
  readonly outcomes: readonly string[];
  /** Whether it goes on until the time limit. */
  readonly isSlow?: boolean;
}

const RETURNS_0 = "\nint main(void) { return 0; }\n";
const CRASHES = ["toolchain/crashed", "toolchain/out-of-memory", "diagnostic"];
const TOO_MUCH = ["toolchain/out-of-memory", "toolchain/output-too-big", "toolchain/crashed", "toolchain/timeout"];

function main(source: string, outcomes: readonly string[], more: Partial<HostileSource> = {}): HostileSource {
  return { sources: { "main.c": source + RETURNS_0 }, outcomes, ...more };
}

/** Ways to have a file of the machine read. @param path - Of a file whose contents must not come out. */
export function readingSources(path: string): Readonly<Record<string, HostileSource>> {
  const only = ["diagnostic"];
  const upwards = `${"../".repeat(20)}${path.slice(1)}`;
  const attempts: Readonly<Record<string, string>> = {
    "an include": `#include "${path}"`,
    "an include in angle brackets": `#include <${path}>`,
    "an include upwards": `#include "${upwards}"`,
    "an include by a macro": `#define FILE "${path}"\n#include FILE`,
    "an import": `#import "${path}"`,
    "the next include": `#include_next "${path}"`,
    "a dependency": `#pragma GCC dependency "${path}"`,
    "a question for it": `#if __has_include("${path}")\nint found;\n#else\n#error nothing\n#endif`,
    "a question for embedding it": `#if __has_embed("${path}")\nint found;\n#else\n#error nothing\n#endif`,
    "an embedding": `const char x[] = {\n#embed "${path}"\n};`,
    "the standard input": '#include "/dev/stdin"',
    "the environment": '#include "/proc/self/environ"',
    "an embedded environment": 'const char x[] = {\n#embed "/proc/self/environ"\n};',
    ".incbin": `__asm__(".incbin \\"${path}\\"");`,
    ".incbin in a function": `int f(void) { __asm__(".incbin \\"${path}\\""); return 1; }`,
    ".incbin in capitals": `__asm__(".INCBIN \\"${path}\\"");`,
    ".include": `__asm__(".include \\"${path}\\"");`,
    ".incbin of a macro's making": `__asm__(".macro f x\\n.inc\\\\x \\"${path}\\"\\n.endm\\nf bin\\n");`,
    ".incbin of an operand's making": `extern int incbin; void f(void) { __asm__(".%c0 \\"${path}\\"" :: "i"(&incbin)); }`,
    ".incbin of a symbol's making": `extern int x __asm__(".in"); void f(void) { __asm__("%c0cbin \\"${path}\\"" :: "i"(&x)); }`,
    ".incbin of a symbol with lines": `extern int x __asm__("\\n.incbin \\"${path}\\"\\n"); void f(void) { __asm__("%c0" :: "i"(&x)); }`,
  };
  return {
    ...Object.fromEntries(Object.entries(attempts).map(([name, source]) => [name, main(source, only)])),
    // The assembler does not live through it everywhere.
    ".incbin of a choice's making": main(`void f(void) { __asm__(".{inc|x}bin \\"${path}\\""); }`, [
      "diagnostic",
      "toolchain/crashed",
    ]),
  };
}

const nested = (open: string, close: string, depth: number): string =>
  `int f(void) { return ${open.repeat(depth)}1${close.repeat(depth)}; }`;

/** Ways to use up the machine, or to bring the compiler down. */
export const BOMBS: Readonly<Record<string, HostileSource>> = {
  "a macro bomb": main(
    "#define A(x) x x x x x x x x x x\n#define B(x) A(A(A(x)))\nint f(void) { B(B(B(;))) return 1; }",
    TOO_MUCH,
  ),
  "an include of itself": main("#include __FILE__", ["diagnostic"]),
  "includes that double": main(
    "#if __INCLUDE_LEVEL__ < 40\n#include __FILE__\n#include __FILE__\n#endif\n#if 0",
    ["toolchain/timeout"],
    {
      isSlow: true,
      sources: { "main.c": "#if __INCLUDE_LEVEL__ < 40\n#include __FILE__\n#include __FILE__\n#endif\n" },
    },
  ),
  "parentheses, 200,000 deep": main(nested("(", ")", 200_000), CRASHES),
  "operators, 200,000 deep": main(nested("-", "", 200_000).replaceAll("--", "- -"), CRASHES),
  "blocks, 20,000 deep": main(`int f(void) { ${"if (1) {".repeat(20_000)}${"}".repeat(20_000)} return 1; }`, CRASHES),
  "a loop unrolled 16 million times": main(
    "int f(int *a) { int s = 0;\n#pragma clang loop unroll(full)\nfor (int i = 0; i < 4096; i++) {\n" +
      "#pragma clang loop unroll(full)\nfor (int j = 0; j < 4096; j++) s += a[i] * j; } return s; }",
    TOO_MUCH,
    { isSlow: true, options: { optimization: "-O2" } },
  ),
  "an array of 900 MB": main("char a[900000000] = {1};", TOO_MUCH),
  "an array of 40 MB": main("char a[40000000] = {1};\nchar *f(void) { return a; }", ["toolchain/output-too-big"]),
  "an array beyond the memory": main(
    "char a[2147483647], b[2147483647], c[2147483647];\nchar *f(int i) { return i ? a : i > 1 ? b : c; }",
    ["diagnostic", ...TOO_MUCH],
    {
      sources: {
        "main.c":
          "char a[2147483647], b[2147483647], c[2147483647];\n" +
          "int main(int i, char **v) { char *p = i ? a : i > 1 ? b : c; return p[i]; }\n",
      },
    },
  ),
  "a repeated directive": main('__asm__(".rept 1000000000\\n.int32 1\\n.endr");', [...TOO_MUCH, "diagnostic"], {
    isSlow: true,
  }),
  "a crash on demand": main("#pragma clang __debug crash", ["toolchain/crashed"]),
  // There are compilers without assertions.
  "a failed assertion on demand": main("#pragma clang __debug assert", ["toolchain/crashed", "compiled"]),
  "a fatal error on demand": main("#pragma clang __debug llvm_fatal_error", ["diagnostic"]),
  "a stack overflow on demand": main(
    "#pragma clang __debug overflow_stack",
    ["toolchain/crashed", "toolchain/timeout"],
    {
      isSlow: true,
    },
  ),
  "a crash of the parser on demand": main("#pragma clang __debug parser_crash", ["toolchain/crashed"]),
};

const SMALL = "int main(void) { return 0; }\n";

/** What is refused before a compiler sees it. */
export const REFUSED: Readonly<Record<string, HostileSource>> = {
  ...Object.fromEntries(
    [
      "../x.c",
      "..",
      "/etc/x.c",
      "a/b.c",
      "a\\b.c",
      "-fplugin=x.c",
      "-o.c",
      "@x.c",
      ".x.c",
      "a b.c",
      "x\0.c",
      "x.c\n",
      "x.o",
      "x.s",
      "é.c",
    ]
      .concat("", "__proto__", `${"x".repeat(10_000)}.c`)
      .map((name) => [
        `a file named ${JSON.stringify(name.slice(0, 20))}`,
        {
          sources: fromEntries([
            ["main.c", SMALL],
            [name, ""],
          ]),
          outcomes: ["toolchain/bad-source-name"],
        },
      ]),
  ),
  "10,000 files": {
    sources: fromEntries(Array.from({ length: 10_000 }, (_, index) => [`f${index}.c`, ""] as const)),
    outcomes: ["toolchain/bad-sources"],
  },
  "50 MB of source": { sources: { "main.c": " ".repeat(50_000_000) }, outcomes: ["toolchain/bad-sources"] },
  "no file": { sources: {}, outcomes: ["toolchain/bad-sources"] },
  "only a header": { sources: { "only.h": "" }, outcomes: ["toolchain/bad-sources"] },
  "a number for a text": {
    sources: { "main.c": 5 as unknown as string },
    outcomes: ["toolchain/bad-sources"],
  },
};

/** Text that is no text: half a character, NUL, control characters. */
export const BROKEN_TEXTS: Readonly<Record<string, HostileSource>> = {
  "half a character": main("#error \uD800", ["diagnostic"]),
  "NUL in the middle": main("int a\0b = 1;", ["diagnostic"]),
  "control characters in a message": main("#error \u001B[31m\u0007 red", ["diagnostic"]),
  "a file's name in a message": main('#line 1 "/etc/passwd\\n"\n#error here', ["diagnostic"]),
};

/** Options that would be flags. */
export const FLAGS_FOR_OPTIONS: readonly Readonly<Record<string, unknown>>[] = [
  { optimization: "-O1 -fplugin=/tmp/x.so" },
  { optimization: "-O9" },
  { optimization: ["-O1", "-fplugin=x"] },
  { debug: "-load" },
  { target: "wasi\nevil=1" },
  { target: "__proto__" },
  { cpu: "mvp" },
  { cpu: "lime1 @file" },
  { stackBytes: 7 },
  { stackBytes: "65536,--import-undefined" },
  { stackBytes: Number.NaN },
  { build: "size -B/tmp" },
];

function fromEntries(entries: readonly (readonly [string, string])[]): Sources {
  return Object.fromEntries(entries);
}
