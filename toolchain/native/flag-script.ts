// Writes `flags.sh`: the list of `flags.json` for the shell, which has no way to read JSON.

import { COMPILE_FLAGS, type Condition, LINK_FLAGS } from "../flags.ts";
import { FLAG_LIST } from "../flag-list.ts";

const HEAD = `# Written by \`npm run generate\` from toolchain/flags.json; a test says when it is old.
#
# Reads the variables $target, $cpu, $optimization, $debug, $stackBytes and $sysroot. compile.sh has refuse, run_clang and
# run_linker.
`;

/**
 * The text of `flags.sh`. It has three functions: `check_settings` refuses settings that are not on the list,
 * `with_compile_flags ARGUMENT …` calls `run_clang` with the arguments and the flags behind them, and
 * `with_link_flags OBJECT …` calls `run_linker` with the flags around the objects.
 */
export function flagScript(): string {
  const { optimization, debug, target, cpu, stackBytes } = FLAG_LIST.options;
  const pairs = Object.entries(cpu.valuesOf).flatMap(([name, values]) => values.map((value) => `${name}:${value}`));
  const check = shellFunction("check_settings", [
    oneOf("$target", target.values),
    oneOf("$target:$cpu", pairs),
    oneOf("$optimization", optimization.values),
    oneOf("$debug", debug.values),
    `case $stackBytes in "" | *[!0-9]* | ????????*) refuse "stackBytes $stackBytes" ;; esac`,
    `[ "$stackBytes" -ge ${stackBytes.min} ] && [ "$stackBytes" -le ${stackBytes.max} ] && ` +
      `[ $((stackBytes % ${stackBytes.multipleOf})) -eq 0 ] || refuse "stackBytes $stackBytes"`,
  ]);

  const compile = COMPILE_FLAGS.flatMap(({ when, both, driver }) =>
    conditional(when, `set -- "$@"${words(both ?? driver ?? [])}`),
  );
  const split = LINK_FLAGS.findIndex(({ flags }) => flags.includes("{objects}"));
  // What comes first is put in front last.
  const before = LINK_FLAGS.slice(0, split)
    .toReversed()
    .flatMap(({ when, flags }) => conditional(when, `set --${words(flags)} "$@"`));
  const after = LINK_FLAGS.slice(split + 1).flatMap(({ when, flags }) =>
    conditional(when, `set -- "$@"${words(flags)}`),
  );
  return [
    HEAD,
    check,
    shellFunction("with_compile_flags", [...compile, 'run_clang "$@"']),
    shellFunction("with_link_flags", [...before, ...after, 'run_linker "$@"']),
  ].join("\n");
}

function shellFunction(name: string, lines: readonly string[]): string {
  return `${name}() {\n${lines.map((line) => `  ${line}\n`).join("")}}\n`;
}

function oneOf(subject: string, values: readonly (string | boolean)[]): string {
  return `case ${subject} in ${values.join(" | ")}) ;; *) refuse "${subject.slice(1)} ${subject}" ;; esac`;
}

function conditional(when: Condition | undefined, command: string): readonly string[] {
  if (command === 'set -- "$@"') return [];
  return [
    Object.entries(when ?? {}).reduceRight(
      (inner, [name, values]) => `case $${name} in ${values.join(" | ")}) ${inner} ;; esac`,
      command,
    ),
  ];
}

function words(flags: readonly string[]): string {
  return flags.map((flag) => ` "${flag.replace(/\{(\w+)\}/g, "$$$1")}"`).join("");
}
