// Values of the wrong kind, what is hardly meant, and what the linker misses: by the kind of the words.

import { body, file, type FaultyProgram } from "./faulty-program.ts";

export const FAULTS_OF_MEANING: Readonly<Record<string, FaultyProgram | readonly FaultyProgram[]>> = {
  "argument-count": [
    {
      sources: body("  motor_forward(motor);"),
      title: "`motor_forward` takes 2 arguments, not 1",
      hint: "There are too few between the parentheses. It is declared as `int motor_forward(motor_t motor, int tiles)`.",
    },
    {
      sources: body("  sleep_ticks();"),
      title: "`sleep_ticks` takes 1 argument",
      hint: "`int sleep_ticks(int ticks)`",
    },
    {
      sources: body('  puts("a", 3);'),
      title: "`puts` takes 1 argument, not 2",
      hint: "too many between the parentheses. It is declared as `int puts(const char *text)`.",
    },
    {
      sources: file("static int twice(int x) { return 2 * x; }\nint main(void) { return twice(1, 2); }\n"),
      title: "`twice` takes 1 argument, not 2",
      hint: "It is declared as `static int twice(int x)`.",
    },
    {
      sources: file("static int one(void) { return 1; }\nint main(void) { return one(2); }\n"),
      title: "`one` takes 0 arguments, not 1",
      hint: "too many",
    },
  ],
  "integer-and-pointer": [
    {
      sources: body('  motor_forward(motor, "three");'),
      title: "A text where a number is wanted",
      hint: "Give a number without quotes",
    },
    { sources: body("  puts(motor);"), title: "A number where a text is wanted", hint: "in double quotes" },
    {
      sources: body("  int *p = &motor;\n  motor = p;"),
      title: "An address where a number is wanted",
      hint: "Put `*` before it",
      fix: "Insert `*`",
    },
    { sources: body("  puts('a');"), title: "A character where a text is wanted", hint: "double quotes" },
    {
      sources: body('  char c = "a"; motor += c;'),
      title: "A text where a character is wanted",
      hint: "`'a'`",
    },
    { sources: body("  int *p = 5; motor += *p;"), title: "A number where a pointer is wanted", hint: "`&x`" },
  ],
  "wrong-pointer": {
    sources: body("  char *p = &motor; motor += *p;"),
    title: "A pointer to something else",
    hint: "`char *` and `int *` point to different kinds of values.",
  },
  "wrong-type": [
    {
      sources: body('  double x = "two"; motor += x;'),
      title: "A value of the wrong type",
      hint: "`double` and `char[4]` do not fit together.",
    },
    {
      sources: file("static void f(void) {}\nint main(void) { int x = f(); return x; }\n"),
      title: "`f()` gives no value",
      hint: "Its function is `void`.",
    },
  ],
  "wrong-operands": [
    {
      sources: body('  const char *text = "a" * motor; puts(text);'),
      title: "C cannot compute with `char[2]` and `motor_t`",
      hint: "To join texts, print them",
    },
    {
      sources: file("struct p { int x; };\nint main(void) { struct p a = {1}; return a + 1; }\n"),
      title: "C cannot compute with `struct p` and `int`",
      hint: "Of a struct, take a member",
    },
  ],
  "not-a-function": { sources: body("  motor(4);"), title: "`motor` is no function", hint: "`2 * (a + b)`" },
  "not-an-array": { sources: body("  motor[0] = 4;"), title: "`motor` is no array", hint: "`int values[10];`" },
  "not-a-pointer": {
    sources: body("  *motor = 4;"),
    title: "`*` before `motor_t`, which is no pointer",
    hint: "leave out the `*`",
  },
  "dot-or-arrow": [
    {
      sources: file("struct p { int x; };\nint main(void) { struct p a = {1}; return a->x; }\n"),
      title: "Members of `a` are reached with `.`",
      hint: "It is a struct",
      fix: "Change to `.`",
    },
    {
      sources: file("struct p { int x; };\nint main(void) { struct p a = {1}; struct p *b = &a; return b.x; }\n"),
      title: "Members of `b` are reached with `->`",
      hint: "It is a pointer",
      fix: "Change to `->`",
    },
  ],
  "no-members": {
    sources: body("  motor.forward(3);"),
    title: "`motor_t` has no members",
    hint: "`motor_name(…)`, not `.name(…)`",
  },
  "constant-assigned": {
    sources: body("  const int x = 3;\n  x = 4;"),
    title: "`x` is constant",
    hint: "It is declared `const` in line 5.",
  },
  "not-assignable": [
    { sources: body("  5 = motor;"), title: "Nothing can be assigned to this", hint: "To compare, write `==`." },
    {
      sources: body('  char name[4];\n  name = "abc";'),
      title: "An array cannot be assigned",
      hint: "`strcpy(to, from)`",
    },
  ],
  "incomplete-type": {
    sources: file("struct q;\nint main(void) { struct q a; return 0; }\n"),
    title: "C does not know what `struct q` is made of",
    hint: "Define it above",
  },
  "missing-type": [
    {
      sources: file("main() { return 0; }\n"),
      title: "A type is missing",
      hint: "`int main(void)`",
      fix: "Insert `int`",
    },
    {
      sources: file("static count = 3;\nint main(void) { return count; }\n"),
      title: "A type is missing",
      hint: "`int count`",
      fix: "Insert `int`",
    },
  ],
  "return-with-value": {
    sources: file("void f(void) { return 3; }\nint main(void) { f(); return 0; }\n"),
    title: "`f` gives no value, but here one is returned",
    hint: "Write `return;`",
  },
  "return-without-value": {
    sources: file("int f(void) { return; }\nint main(void) { return f(); }\n"),
    title: "`f` must give a value",
    hint: "`return 0;`",
  },
  "assignment-in-condition": {
    sources: body("  if (motor = 2) motor++;"),
    title: "`=` in a condition",
    hint: "To compare, write `==`.",
    fix: "Change to `==`",
  },
  "chained-comparison": {
    sources: body("  if (0 < motor < 5) motor++;"),
    title: "Two comparisons in a row",
    hint: "`0 < x && x < 5`",
  },
  "missing-return": [
    {
      sources: file("static int sign(int x) {\n  if (x < 0) return -1;\n}\nint main(void) { return sign(1); }\n"),
      title: "`sign` does not always give a value",
      hint: "before the last `}`",
    },
    {
      sources: file("static int one(void) {\n}\nint main(void) { return one(); }\n"),
      title: "`one` does not give a value",
      hint: "Put `return …;`",
    },
  ],
  "format-type": [
    {
      sources: body('  printf("%d", 1.5);'),
      title: "`%d` does not fit `double`",
      hint: "It is for `int`. For this value write `%f`.",
      fix: "Change to `%f`",
    },
    {
      sources: body('  scanf("%d", motor);'),
      title: "The address of the variable is wanted",
      hint: "Put `&` before it: `&motor`.",
    },
  ],
  "format-too-few": {
    sources: body('  printf("%d %d", 1);'),
    title: "The text asks for more values than there are",
    hint: "write `%%`",
  },
  "format-too-many": {
    sources: body('  printf("%d", 1, motor);'),
    title: "`motor` is not printed",
    hint: "for each value behind it",
  },
  "format-unknown": [
    { sources: body('  printf("%y", 1);'), title: "There is no `%y`", hint: "`%f` for double" },
    { sources: body('  printf("100%\\n");'), title: "A lonely `%`", hint: "write `%%`" },
  ],
  "format-variable": {
    sources: body('  char name[] = "a";\n  printf(name);'),
    title: "A text of the program as the format",
    hint: '`printf("%s", name)`',
    fix: 'Insert `"%s",`',
  },
  "unused-result": [
    {
      sources: body("  motor_forward_start(motor, 3);"),
      title: "The task is started and forgotten",
      hint: "Keep what `motor_forward_start` gives, to wait for it: `int task = motor_forward_start(…);` and later `task_wait(task)`. Or call `motor_forward`, which waits.",
    },
    {
      sources: body('  radar_t radar = radar_open("eye");\n  radar_distance(radar);'),
      title: "The answer of `radar_distance` is not used",
      hint: "Keep it in a variable",
    },
  ],
  "unused-comparison": {
    sources: body("  motor == 2;"),
    title: "A comparison that changes nothing",
    hint: "To give a value to a variable, write `=`.",
    fix: "Change to `=`",
  },
  "unused-value": { sources: body("  motor + 1;"), title: "A value that nobody uses", hint: "`x = …;`" },
  uninitialized: [
    {
      sources: body("  int x;\n  motor += x;"),
      title: "`x` has no value",
      hint: "`x = 0`",
      fix: "Insert `= 0`",
    },
    {
      sources: body("  int x;\n  if (motor) x = 1;\n  motor += x;"),
      title: "`x` does not always have a value",
      hint: "where it is declared",
      fix: "Insert `= 0`",
    },
  ],
  "array-bounds": [
    {
      sources: body("  int a[3] = {0};\n  a[3] = motor;\n  motor = a[0];"),
      title: "The array has no element `3`",
      hint: "It has 3 elements, counted from 0: the last one is `2`.",
    },
    {
      sources: body("  int a[3] = {0};\n  motor = a[-1];"),
      title: "The array has no element `-1`",
      hint: "counted from 0",
    },
  ],
  "too-many-elements": {
    sources: body("  int a[2] = {1, 2, 3};\n  motor += a[0];"),
    title: "More values than the array has room for",
    hint: "`int a[] = {1, 2, 3};`",
  },
  "unused-variable": [
    { sources: body("  int speed = 3;"), title: "`speed` is never used", hint: "Remove the variable, or use it." },
    {
      sources: body("  int speed;\n  speed = 3;"),
      title: "`speed` is set and never read",
      hint: "use its value",
    },
    {
      sources: file("static int f(void) { return 1; }\nint main(void) { return 0; }\n"),
      title: "`f` is never used",
      hint: "Remove the function, or use it.",
    },
  ],
  unreachable: [
    {
      sources: body('  return 1;\n  puts("never");'),
      title: "The program never gets here",
      hint: "the function always ends",
    },
    {
      sources: body('  while (1) motor++;\n  puts("never");'),
      title: "The program never gets here",
      hint: "a loop goes on for ever",
    },
  ],
  "empty-body": {
    sources: body("  if (motor);\n  motor = 3;"),
    title: "`if` that does nothing",
    hint: "Remove that `;`.",
  },
  "misleading-indentation": {
    sources: body("  if (motor)\n    motor = 1;\n    motor = 2;"),
    title: "This line does not belong to the `if`",
    hint: "between `{` and `}`",
  },
  "compared-texts": {
    sources: body('  const char *text = "a";\n  if (text == "b") motor = 1;'),
    title: "Texts are not compared with `==`",
    hint: '`strcmp(a, "text") == 0`',
  },
  "several-characters": {
    sources: body("  motor = 'hello';"),
    title: "Several characters between single quotes",
    hint: '`"hello"`',
  },
  "division-by-zero": { sources: body("  motor = 5 / 0;"), title: "Division by zero", hint: "would crash here" },
  "number-too-big": {
    sources: body("  int x = 3000000000; motor += x;"),
    title: "`3000000000` does not fit into `int`",
    hint: "`long long` or `double`",
  },
  "signs-compared": {
    sources: body("  unsigned u = 3;\n  if (motor < u) motor = 1;"),
    title: "A number with a sign against one without",
    hint: "only one can be negative",
  },
  "always-the-same": {
    sources: body("  if (motor == motor) motor = 1;"),
    title: "This is always true",
    hint: "compared",
  },
  "not-of-comparison": {
    sources: body("  if (!motor == 3) motor = 1;"),
    title: "`!` takes only what stands right behind it",
    hint: "`a != b`",
    fix: "Insert `(` and `)`",
  },
  "endless-recursion": {
    sources: file("static int f(int n) { return n * f(n - 1); }\nint main(void) { return f(3); }\n"),
    title: "`f` calls itself without end",
    hint: "Put an `if`",
  },
  "wrong-main": {
    sources: file("void main(void) {}\n"),
    title: "`main` looks otherwise",
    hint: "`int main(void)`",
    fix: "Change to `int`",
  },
  "missing-main": [
    {
      sources: file("int mian(void) { return 0; }\n"),
      title: "The program has no `main`",
      hint: "Is `mian` meant to be it?",
    },
    { sources: file("int f(void) { return 0; }\n"), title: "The program has no `main`", hint: "Write one." },
    {
      sources: file("int main(int x) { return x; }\n"),
      title: "`main` looks otherwise",
      hint: "Write `int main(void)`",
    },
  ],
  "undefined-symbol": [
    {
      sources: file("int add(int);\nint ad(int x) { return x; }\nint main(void) { return add(1); }\n"),
      title: "`add` is declared, and nobody defines it",
      hint: "Write its body, `add(…) { … }`, in this file or another. Or did you mean",
    },
    {
      sources: file("int motor_forward(int, int);\nint main(void) { return motor_forward(1, 2); }\n"),
      title: "`motor_forward` is declared, and nobody defines it",
      hint: 'It comes with `#include "devices.h"`.',
    },
    {
      sources: file("int fork(void);\nint main(void) { return fork(); }\n"),
      title: "There is no `fork` here",
      hint: "no processes",
    },
    {
      sources: file("extern int lives;\nint main(void) { return lives; }\n"),
      title: "`lives` is declared, and nobody defines it",
      hint: "`int lives = 0;`",
    },
  ],
  "duplicate-symbol": [
    {
      sources: { "main.c": "int f;\nint main(void) { return f; }\n", "b.c": "int f;\n" },
      title: "`f` is there twice",
      hint: "`b.c` has it too.",
    },
    {
      sources: { "main.c": "int main(void) { return 0; }\n", "b.c": "int main(void) { return 1; }\n" },
      title: "There are two `main`",
      hint: "here or in `b.c`",
    },
  ],
};
