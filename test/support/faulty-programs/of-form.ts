// Marks that are missing or too many, and names that are not known: by the kind of the words.

import { body, file, type FaultyProgram } from "./faulty-program.ts";

export const FAULTS_OF_FORM: Readonly<Record<string, FaultyProgram | readonly FaultyProgram[]>> = {
  "missing-semicolon": [
    {
      sources: body("  int x = 5\n  motor += x;"),
      title: "A semicolon is missing",
      hint: "Put a `;` behind `int x = 5`.",
      fix: "Insert `;`",
    },
    {
      sources: file("struct p { int x; }\nint main(void) { return 0; }\n"),
      title: "A semicolon is missing",
      hint: "The `}` at the end of a struct is followed by `;`.",
      fix: "Insert `;`",
    },
  ],
  "missing-semicolon-in-for": {
    sources: body("  for (int i = 0, j = 5, i < 3, i++) motor++;"),
    title: "`for` needs two semicolons",
    hint: "`for (int i = 0; i < 10; i++)`",
  },
  "missing-closing-brace": {
    sources: file("int main(void) {\n  if (1) {\n  return 0;\n}\n"),
    title: "A closing brace is missing",
    hint: "The `{` in line 1 is never closed.",
  },
  "extra-closing-brace": {
    sources: file("int main(void) {\n  return 0;\n}\n}\n"),
    title: "One closing brace too many",
    hint: "This `}` closes nothing.",
  },
  "missing-opening-brace": {
    sources: file("int main(void)\n  return 0;\n}\n"),
    title: "The body of the function is missing",
    hint: "between `{` and `}`",
  },
  "missing-closing-parenthesis": [
    {
      sources: body('  puts("a";'),
      title: "A closing parenthesis is missing",
      hint: "The `(` in line 5 is never closed.",
    },
    {
      sources: body('  if (motor > 1 and motor < 3) puts("a");'),
      title: "A closing parenthesis is missing",
      hint: "C writes `&&` for “and”.",
    },
  ],
  "missing-opening-parenthesis": {
    sources: body("  if motor > 1 motor = 2;"),
    title: "`if` needs parentheses",
    hint: "`if (…)`",
  },
  "extra-parenthesis": {
    sources: body('  puts("a"));'),
    title: "One `)` too many",
    hint: "Remove it",
    fix: "Remove it",
  },
  "missing-bracket": { sources: body("  int a[3; a[0] = 1;"), title: "A `]` is missing", hint: "`array[3]`" },
  "open-text": { sources: body('  puts("a);'), title: 'A closing `"` is missing', hint: "in the same line" },
  "open-comment": {
    sources: file("/* begins\nint main(void) { return 0; }\n"),
    title: "The comment never ends",
    hint: "Put `*/` where it ends.",
  },
  "strange-character": {
    sources: body('  puts(“hello");'),
    title: "A character that C does not know",
    hint: 'Type a straight one: `"`.',
    fix: 'Change to `"`',
  },
  "missing-expression": [
    { sources: body("  int x = ; motor += x;"), title: "Something is missing here", hint: "After `=` comes a value" },
    {
      sources: body('  if (motor) puts("a"); puts("b"); else puts("c");'),
      title: "`else` without `if`",
      hint: "into `{` and `}`",
    },
  ],
  "name-expected": [
    {
      sources: body("  int return = 4;"),
      title: "A name is missing here",
      hint: "`return` is a word of the language",
    },
    { sources: body("  int 2x = 4;"), title: "A name is missing here", hint: "cannot begin with a digit" },
  ],
  "bad-directive": {
    sources: file("#inlcude <stdio.h>\nint main(void) { return 0; }\n"),
    title: "`#inlcude` is no directive",
    hint: "Did you mean `#include`?",
    fix: "Change to `include`",
  },
  "include-without-quotes": {
    sources: file("#include stdio.h\nint main(void) { return 0; }\n"),
    title: "The name of the file needs quotes",
    hint: "`#include <stdio.h>`",
  },
  "function-in-function": {
    sources: body("  int f(void) { return 1; }"),
    title: "A function inside a function",
    hint: "Move it above `main`",
  },
  "outside-loop": { sources: body("  break;"), title: "`break` outside a loop", hint: "write `return`" },
  "duplicate-case": {
    sources: body("  switch (motor) {\n  case 1: break;\n  case 1: break;\n  }"),
    title: "`case 1` is there twice",
    hint: "in line 6",
  },
  "too-many-errors": {
    sources: body("  a1; a2; a3; a4; a5; a6; a7; a8; a9; b1; b2; b3; b4; b5; b6; b7; b8; b9; c1; c2; c3;"),
    title: "More mistakes follow",
    hint: "compile again",
  },
  "undeclared-function": [
    {
      sources: body("  motor_forwrad(motor, 3);"),
      title: "There is no function `motor_forwrad`",
      hint: "Did you mean `motor_forward`? `int motor_forward(motor_t motor, int tiles)`.",
      fix: "Change to `motor_forward`",
    },
    {
      // What clang itself would think of is not near.
      sources: body("  motor_go(motor, 3);"),
      title: "There is no function `motor_go`",
      hint: "This computer has `motor_open`, `motor_at`, `motor_",
    },
    {
      // Without the header clang cannot think of it; the declarations of the computer can.
      sources: file("int main(void) { return radar_lok(3); }\n"),
      title: "There is no function `radar_lok`",
      hint: 'Did you mean `radar_look`? `int radar_look(radar_t radar)`. It needs `#include "devices.h"`.',
      fix: "Change to `radar_look`",
    },
    {
      sources: file('int main(void) { return motor_open("left"); }\n'),
      title: "`motor_open` needs an include",
      hint: '`#include "devices.h"`',
      fix: 'Add `#include "devices.h"`',
    },
    {
      sources: file("int main(void) { return yield_tick(); }\n"),
      title: "`yield_tick` needs an include",
      hint: '`#include "gasworks.h"`',
      fix: 'Add `#include "gasworks.h"`',
    },
    {
      sources: body('  motor = strlen("abc");'),
      title: "`strlen` needs an include",
      hint: "`#include <string.h>`",
      fix: "Add `#include <string.h>`",
    },
    {
      sources: body('  print("abc");'),
      title: "There is no function `print`",
      hint: "Did you mean `printf`?",
      fix: "Change to `printf`",
    },
    {
      sources: file("int main(void) { return later(1); }\nint later(int x) { return x; }\n"),
      title: "`later` is not known yet",
      hint: "It stands further down.",
    },
    {
      sources: file("int main(void) { return fork(); }\n"),
      title: "There is no `fork` here",
      hint: "no processes",
    },
    {
      sources: body("  if (motor > 1) motor = 1;\n  elif (motor > 2);"),
      title: "C has no `elif`",
      hint: "`else if (…)`",
    },
    {
      sources: body("  qwertz(motor);"),
      title: "There is no function `qwertz`",
      hint: "above the line that calls it",
    },
  ],
  "undeclared-name": [
    {
      sources: body("  motor_turn(motor, MOTOR_LEF);"),
      title: "`MOTOR_LEF` is not known here",
      hint: "Did you mean `MOTOR_LEFT`?",
      fix: "Change to `MOTOR_LEFT`",
    },
    {
      sources: body("  int speed = 3;\n  motor = sped;"),
      title: "`sped` is not known here",
      hint: "Did you mean `speed`?",
      fix: "Change to `speed`",
    },
    {
      sources: body("  bool is_done = motor;\n  motor = is_done;"),
      title: "`bool` needs an include",
      hint: "`#include <stdbool.h>`",
      fix: "Add `#include <stdbool.h>`",
    },
    { sources: body("  String text;"), title: "C has no `String`", hint: "`const char *`" },
    { sources: body("  motor = y;"), title: "`y` is not known here", hint: "such as `int y = 0;`" },
  ],
  "unknown-type": {
    sources: file('#include "devices.h"\nmotor_tt motor;\nint main(void) { return 0; }\n'),
    title: "`motor_tt` is not known here",
    hint: "Did you mean `motor_t`?",
    fix: "Change to `motor_t`",
  },
  "undeclared-label": { sources: body("  goto end;"), title: "There is no label `end`", hint: "Put `end:`" },
  "missing-file": [
    {
      sources: file("#include <stdoi.h>\nint main(void) { return 0; }\n"),
      title: "There is no file `stdoi.h`",
      hint: "Did you mean `#include <stdio.h>`?",
    },
    {
      sources: file('#include "motor.h"\nint main(void) { return 0; }\n'),
      title: "There is no file `motor.h`",
      hint: 'All devices of this computer are in `#include "devices.h"`.',
    },
  ],
  redefinition: [
    {
      sources: body("  int x = 1;\n  int x = 2;\n  motor += x;"),
      title: "`x` is there twice",
      hint: "The first one is in line 5. To give it a new value, leave out the type",
    },
    {
      sources: file("int f(void) { return 1; }\nint f(void) { return 2; }\nint main(void) { return f(); }\n"),
      title: "`f` is there twice",
      hint: "The first one is in line 1. Remove one of them",
    },
  ],
  "conflicting-types": [
    {
      sources: file("int f(int x);\ndouble f(int x) { return x; }\nint main(void) { return 0; }\n"),
      title: "`f` is declared in two ways",
      hint: "The first one is in line 1.",
    },
    {
      sources: file("int main(void) { later(1); return 0; }\nvoid later(int x) { (void)x; }\n"),
      title: "`later` is declared in two ways",
      hint: "It is used above, before C knows it.",
    },
  ],
  "no-such-member": {
    sources: file("struct p { int x; };\nint main(void) { struct p a = {1}; return a.y; }\n"),
    title: "`struct p` has no `y`",
    hint: "where it is declared",
  },
};
