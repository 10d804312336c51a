// A bytecode interpreter that runs a prime search and a Collatz walk. One big loop with one big switch: few registers to
// spare, and a branch table in every round.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

enum {
  HALT,    // stop
  SET,     // r[a] = b
  MOVE,    // r[a] = r[b]
  ADD,     // r[a] += r[b]
  SUB,     // r[a] -= r[b]
  MUL,     // r[a] *= r[b]
  REM,     // r[a] %= r[b]
  HALVE,   // r[a] >>= b
  INC,     // r[a] += b
  LESS,    // flag = r[a] < r[b]
  ZERO,    // flag = r[a] == 0
  ODD,     // flag = r[a] & 1
  IF,      // if (flag) goto a
  UNLESS,  // if (!flag) goto a
  GO,      // goto a
  LOAD,    // r[a] = memory[r[b]]
  STORE,   // memory[r[b]] = r[a]
};

typedef struct {
  unsigned char op;
  unsigned char a;
  short b;
} instruction;

static int memory[256];

static const instruction primes[] = {
    {SET, 0, 0},      //  0 count = 0
    {SET, 1, 2},      //  1 n = 2
    {SET, 2, 1900},   //  2 limit
    {LESS, 1, 2},     //  3 while (n < limit)
    {UNLESS, 18, 0},  //  4
    {SET, 3, 2},      //  5   d = 2
    {MOVE, 4, 3},     //  6   while (d * d <= n)
    {MUL, 4, 3},      //  7
    {LESS, 1, 4},     //  8
    {IF, 15, 0},      //  9
    {MOVE, 5, 1},     // 10     if (n % d == 0) break
    {REM, 5, 3},      // 11
    {ZERO, 5, 0},     // 12
    {IF, 16, 0},      // 13
    {GO, 19, 0},      // 14
    {INC, 0, 1},      // 15   prime: ++count
    {INC, 1, 1},      // 16   ++n
    {GO, 3, 0},       // 17
    {HALT, 0, 0},     // 18
    {INC, 3, 1},      // 19     ++d
    {GO, 6, 0},       // 20
};

static const instruction collatz[] = {
    {SET, 0, 0},     //  0 total = 0
    {SET, 1, 1},     //  1 start = 1
    {SET, 2, 1200},  //  2 limit
    {LESS, 1, 2},    //  3 while (start < limit)
    {UNLESS, 26, 0}, //  4
    {MOVE, 3, 1},    //  5   n = start
    {SET, 4, 0},     //  6   steps = 0
    {SET, 5, 2},     //  7
    {LESS, 3, 5},    //  8   while (n >= 2)
    {IF, 18, 0},     //  9
    {INC, 4, 1},     // 10     ++steps
    {ODD, 3, 0},     // 11     if (n & 1)
    {IF, 15, 0},     // 12
    {HALVE, 3, 1},   // 13     n >>= 1
    {GO, 8, 0},      // 14
    {SET, 6, 3},     // 15     n = 3 * n + 1
    {MUL, 3, 6},     // 16
    {GO, 24, 0},     // 17
    {SET, 7, 255},   // 18   memory[steps & 255 or so] = start
    {LESS, 4, 7},    // 19
    {UNLESS, 22, 0}, // 20
    {STORE, 1, 4},   // 21
    {ADD, 0, 4},     // 22   total += steps
    {GO, 27, 0},     // 23
    {INC, 3, 1},     // 24
    {GO, 8, 0},      // 25
    {HALT, 0, 0},    // 26
    {INC, 1, 1},     // 27   ++start
    {GO, 3, 0},      // 28
};

__attribute__((noinline)) static int run(const instruction *code) {
  int r[8] = {0};
  int flag = 0;
  for (const instruction *at = code;; ++at) {
    int a = at->a, b = at->b;
    switch (at->op) {
      case HALT: return r[0];
      case SET: r[a] = b; break;
      case MOVE: r[a] = r[b]; break;
      case ADD: r[a] += r[b]; break;
      case SUB: r[a] -= r[b]; break;
      case MUL: r[a] *= r[b]; break;
      case REM: r[a] %= r[b]; break;
      case HALVE: r[a] >>= b; break;
      case INC: r[a] += b; break;
      case LESS: flag = r[a] < r[b]; break;
      case ZERO: flag = r[a] == 0; break;
      case ODD: flag = r[a] & 1; break;
      case IF:
        if (flag) at = code + a - 1;
        break;
      case UNLESS:
        if (!flag) at = code + a - 1;
        break;
      case GO: at = code + a - 1; break;
      case LOAD: r[a] = memory[r[b] & 255]; break;
      case STORE: memory[r[b] & 255] = r[a]; break;
    }
  }
}

void entry(void) {
  int checksum = 0;
  for (int round = 0; round < 2; ++round) checksum = checksum * 31 + run(primes) + run(collatz);
  for (int i = 0; i < 256; ++i) checksum = checksum * 31 + memory[i];
  print(checksum);
}
