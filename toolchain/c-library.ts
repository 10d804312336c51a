// What beginners use of the C library: for completions and tooltips of an editor, and for hints about missing includes.
// A test gives every declaration to clang beside the library's own.

/** One name of the C library. */
export interface LibraryName {
  readonly name: string;
  readonly kind: "function" | "type" | "constant";
  /** The declaration in C, in one line; of a constant its name. */
  readonly declaration: string;
  /** What it is: a sentence for players. */
  readonly doc: string;
  /** Without brackets, such as `stdio.h`. */
  readonly header: string;
}

type Rows = readonly (readonly [declaration: string, doc: string])[];

const FUNCTIONS: Readonly<Record<string, Rows>> = {
  "stdio.h": [
    [
      "int printf(const char *format, ...)",
      "Prints text and values: %d an int, %u an unsigned, %f a double, %s a text, %c a character.",
    ],
    ["int puts(const char *text)", "Prints a text and begins a new line."],
    ["int putchar(int character)", "Prints one character."],
    ["int getchar(void)", "Reads one character; EOF at the end."],
    ["char *fgets(char *line, int size, FILE *file)", "Reads a line into an array of `size` bytes; NULL at the end."],
    ["int fputs(const char *text, FILE *file)", "Writes a text, without a new line."],
    ["int scanf(const char *format, ...)", 'Reads values; it takes addresses: scanf("%d", &number).'],
    ["int sscanf(const char *text, const char *format, ...)", "Reads values out of a text."],
    [
      "int snprintf(char *text, size_t size, const char *format, ...)",
      "Prints into an array of `size` bytes, never beyond.",
    ],
    [
      "int sprintf(char *text, const char *format, ...)",
      "Prints into an array without knowing its size; snprintf() does.",
    ],
    ["int fprintf(FILE *file, const char *format, ...)", "Prints to a file, such as stderr."],
    ["int fflush(FILE *file)", "Writes out what was printed so far."],
  ],
  "stdlib.h": [
    ["void *malloc(size_t size)", "Gives a piece of memory of `size` bytes; NULL if there is none."],
    ["void *calloc(size_t count, size_t size)", "Gives memory for `count` values of `size` bytes, all zero."],
    ["void *realloc(void *memory, size_t size)", "Makes a piece of memory larger or smaller; it may move."],
    ["void free(void *memory)", "Gives a piece of memory back."],
    ["void exit(int code)", "Ends the program."],
    ["void abort(void)", "Ends the program as a crash."],
    ["int abs(int value)", "The value without its sign."],
    ["long labs(long value)", "The value without its sign."],
    ["int rand(void)", "The next random number, 0 to RAND_MAX."],
    ["void srand(unsigned seed)", "Chooses the row of numbers that rand() gives."],
    ["int atoi(const char *text)", "The whole number that a text begins with."],
    ["double atof(const char *text)", "The number that a text begins with."],
    [
      "long strtol(const char *text, char **end, int base)",
      "The whole number that a text begins with, and where it ends.",
    ],
    ["double strtod(const char *text, char **end)", "The number that a text begins with, and where it ends."],
    [
      "void qsort(void *array, size_t count, size_t size, int (*compare)(const void *, const void *))",
      "Sorts an array.",
    ],
    [
      "void *bsearch(const void *key, const void *array, size_t count, size_t size, int (*compare)(const void *, const void *))",
      "Finds a value in a sorted array; NULL if it is not there.",
    ],
  ],
  "string.h": [
    [
      "void *memcpy(void *to, const void *from, size_t size)",
      "Copies `size` bytes between places that do not overlap.",
    ],
    ["void *memmove(void *to, const void *from, size_t size)", "Copies `size` bytes; the places may overlap."],
    ["void *memset(void *memory, int byte, size_t size)", "Fills `size` bytes with one value."],
    ["int memcmp(const void *a, const void *b, size_t size)", "Compares `size` bytes: 0 if they are the same."],
    ["size_t strlen(const char *text)", "How many bytes a text has."],
    ["int strcmp(const char *a, const char *b)", "Compares two texts: 0 if they are the same."],
    ["int strncmp(const char *a, const char *b, size_t size)", "Compares the first `size` bytes of two texts."],
    ["char *strcpy(char *to, const char *from)", "Copies a text into an array that is large enough."],
    [
      "char *strncpy(char *to, const char *from, size_t size)",
      "Copies `size` bytes of a text; a longer text is left without its end.",
    ],
    ["char *strcat(char *to, const char *from)", "Appends a text to the one in an array that is large enough."],
    ["char *strncat(char *to, const char *from, size_t size)", "Appends at most `size` bytes of a text."],
    ["char *strchr(const char *text, int character)", "Finds a character in a text; NULL if it is not there."],
    [
      "char *strrchr(const char *text, int character)",
      "Finds the last such character in a text; NULL if there is none.",
    ],
    ["char *strstr(const char *text, const char *part)", "Finds a text in a text; NULL if it is not there."],
    ["char *strtok(char *text, const char *separators)", "Cuts a text into words, one at each call."],
    ["char *strdup(const char *text)", "Copies a text into new memory; free() gives it back."],
  ],
  "math.h": [
    ["double sqrt(double x)", "The square root."],
    ["double pow(double x, double y)", "x to the power of y."],
    ["double fabs(double x)", "The value without its sign."],
    ["double floor(double x)", "The next whole number below."],
    ["double ceil(double x)", "The next whole number above."],
    ["double round(double x)", "The nearest whole number; halves go away from zero."],
    ["double trunc(double x)", "The whole part."],
    ["double fmod(double x, double y)", "What is left of x when y is taken away as often as possible."],
    ["double fmin(double x, double y)", "The smaller of two."],
    ["double fmax(double x, double y)", "The larger of two."],
    ["double hypot(double x, double y)", "The length of the way x along and y across."],
    ["double sin(double x)", "The sine of an angle in radians."],
    ["double cos(double x)", "The cosine of an angle in radians."],
    ["double tan(double x)", "The tangent of an angle in radians."],
    ["double asin(double x)", "The angle of a sine, in radians."],
    ["double acos(double x)", "The angle of a cosine, in radians."],
    ["double atan(double x)", "The angle of a tangent, in radians."],
    ["double atan2(double y, double x)", "The direction of a point, in radians from -pi to pi."],
    ["double exp(double x)", "e to the power of x."],
    ["double log(double x)", "The natural logarithm."],
    ["double log2(double x)", "The logarithm to the base 2."],
    ["double log10(double x)", "The logarithm to the base 10."],
  ],
  "ctype.h": [
    ["int isalpha(int character)", "Whether a character is a letter."],
    ["int isdigit(int character)", "Whether a character is a digit."],
    ["int isalnum(int character)", "Whether a character is a letter or a digit."],
    ["int isspace(int character)", "Whether a character is a space, a tab or a new line."],
    ["int isupper(int character)", "Whether a character is a capital letter."],
    ["int islower(int character)", "Whether a character is a small letter."],
    ["int ispunct(int character)", "Whether a character is a mark such as `,` or `!`."],
    ["int toupper(int character)", "The capital letter of a small one."],
    ["int tolower(int character)", "The small letter of a capital one."],
  ],
  "time.h": [
    ["time_t time(time_t *result)", "The seconds since 1970, by the clock of the world."],
    ["clock_t clock(void)", "The time that the program has run; CLOCKS_PER_SEC is a second."],
  ],
  "unistd.h": [
    ["unsigned sleep(unsigned seconds)", "Waits a number of seconds."],
    ["int usleep(unsigned microseconds)", "Waits a number of millionths of a second."],
  ],
};

const TYPES: Readonly<Record<string, Rows>> = {
  "stddef.h": [["size_t", "A size in bytes, or a number of things: never negative."]],
  "stdbool.h": [["bool", "A value that is true or false."]],
  "stdint.h": [
    ["int8_t", "A whole number of 8 bits, -128 to 127."],
    ["uint8_t", "A whole number of 8 bits, 0 to 255."],
    ["int16_t", "A whole number of 16 bits."],
    ["uint16_t", "A whole number of 16 bits, never negative."],
    ["int32_t", "A whole number of 32 bits."],
    ["uint32_t", "A whole number of 32 bits, never negative."],
    ["int64_t", "A whole number of 64 bits."],
    ["uint64_t", "A whole number of 64 bits, never negative."],
  ],
  "stdio.h": [["FILE", "A file: stdin, stdout or stderr."]],
  "time.h": [
    ["time_t", "A time in seconds."],
    ["clock_t", "A time in parts of a second, see CLOCKS_PER_SEC."],
  ],
};

const CONSTANTS: Readonly<Record<string, Rows>> = {
  "stddef.h": [["NULL", "The pointer to nothing."]],
  "stdbool.h": [
    ["true", "1, as a bool."],
    ["false", "0, as a bool."],
  ],
  "stdio.h": [
    ["EOF", "What reading gives at the end."],
    ["stdin", "What the program reads."],
    ["stdout", "What the program prints."],
    ["stderr", "What the program prints as errors."],
  ],
  "stdlib.h": [
    ["RAND_MAX", "The largest number that rand() gives."],
    ["EXIT_SUCCESS", "0, for exit() and main."],
    ["EXIT_FAILURE", "1, for exit() and main."],
  ],
  "limits.h": [
    ["INT_MAX", "The largest int."],
    ["INT_MIN", "The smallest int."],
    ["UINT_MAX", "The largest unsigned."],
    ["LLONG_MAX", "The largest long long."],
    ["CHAR_BIT", "The bits of a char: 8."],
  ],
  "float.h": [
    ["FLT_MAX", "The largest float."],
    ["DBL_MAX", "The largest double."],
    ["DBL_EPSILON", "How far 1.0 is from the next double."],
  ],
  "stdint.h": [
    ["INT32_MAX", "The largest number of 32 bits."],
    ["UINT32_MAX", "The largest number of 32 bits without a sign."],
    ["INT64_MAX", "The largest number of 64 bits."],
  ],
  "math.h": [
    ["M_PI", "Pi, about 3.14159."],
    ["INFINITY", "Larger than every number."],
    ["NAN", "What is not a number."],
  ],
  "time.h": [["CLOCKS_PER_SEC", "What clock() counts in a second."]],
  "assert.h": [["assert", "Ends the program as a crash, with its line, unless something is true: assert(x > 0)."]],
};

/** The names of the C library that programs use most, with what an editor says of them. */
export const C_LIBRARY: readonly LibraryName[] = [
  ...entriesOf(FUNCTIONS, "function"),
  ...entriesOf(TYPES, "type"),
  ...entriesOf(CONSTANTS, "constant"),
];

/** Headers of the C library that a program for a game may want. */
export const C_HEADERS: readonly string[] = [
  ...new Set([
    ...C_LIBRARY.map(({ header }) => header),
    "errno.h",
    "inttypes.h",
    "locale.h",
    "signal.h",
    "stdarg.h",
    "stdatomic.h",
    "strings.h",
    "wchar.h",
  ]),
];

function entriesOf(table: Readonly<Record<string, Rows>>, kind: LibraryName["kind"]): LibraryName[] {
  return Object.entries(table).flatMap(([header, rows]) =>
    rows.map(([declaration, doc]) => ({ name: nameIn(declaration), kind, declaration, doc, header })),
  );
}

/** The name that a declaration declares: the word before the first parenthesis. */
function nameIn(declaration: string): string {
  return /^(?:[^(]*[ *])?(\w+)(?=\(|$)/.exec(declaration)?.[1] ?? declaration;
}
