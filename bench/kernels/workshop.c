// One larger program, of the kinds of work that programs of players do: it reads formulas from text, compiles them for a
// stack machine and runs them, keeps and sorts a linked list, multiplies small integer matrices, drives a state machine
// over characters, and folds all results into a CRC.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

typedef unsigned char byte;
typedef unsigned short half;
typedef unsigned int word;

#ifndef __wasm_bulk_memory__
// Without memory.fill, the compiler calls this to clear a structure.
void *memset(void *to, int value, unsigned long count) {
  for (unsigned long i = 0; i < count; ++i) ((volatile byte *)to)[i] = (byte)value;
  return to;
}
#endif

// ---- CRC: every part's result goes through it ----

static half crcTable[256];

static void makeCrcTable(void) {
  for (int i = 0; i < 256; ++i) {
    half crc = (half)i;
    for (int bit = 0; bit < 8; ++bit) crc = (half)(crc & 1 ? (crc >> 1) ^ 0xa001 : crc >> 1);
    crcTable[i] = crc;
  }
}

static half crcOfByte(half crc, byte value) { return (half)((crc >> 8) ^ crcTable[(crc ^ value) & 0xff]); }

static half crcOfWord(half crc, word value) {
  for (int i = 0; i < 4; ++i, value >>= 8) crc = crcOfByte(crc, (byte)value);
  return crc;
}

// ---- Tokens ----

typedef enum { T_END, T_NUMBER, T_NAME, T_SYMBOL, T_ERROR } tokenKind;

typedef struct {
  tokenKind kind;
  int number;  // of T_NUMBER; the letter of T_NAME, from 0; the character of T_SYMBOL
} token;

typedef struct {
  const char *text;
  token current;
} scanner;

static int isDigit(char c) { return c >= '0' && c <= '9'; }
static int isLetter(char c) { return c >= 'a' && c <= 'z'; }

static void advance(scanner *in) {
  while (*in->text == ' ') ++in->text;
  char c = *in->text;
  if (!c) {
    in->current = (token){T_END, 0};
  } else if (isDigit(c)) {
    int number = 0;
    while (isDigit(*in->text)) number = number * 10 + (*in->text++ - '0');
    in->current = (token){T_NUMBER, number};
  } else if (isLetter(c)) {
    in->current = (token){T_NAME, c - 'a'};
    while (isLetter(*in->text)) ++in->text;
  } else {
    switch (c) {
      case '+': case '-': case '*': case '/': case '%': case '(': case ')': case '<': case '?': case ':': case '&':
        in->current = (token){T_SYMBOL, c};
        break;
      default:
        in->current = (token){T_ERROR, c};
    }
    ++in->text;
  }
}

static int isSymbol(const scanner *in, char c) { return in->current.kind == T_SYMBOL && in->current.number == c; }

// ---- Compiler: formulas to code of the stack machine, by recursive descent ----

typedef enum { PUSH, FETCH, PLUS, MINUS, TIMES, OVER, MODULO, BELOW, BOTH, NEGATE, JUMP_IF_ZERO, JUMP, STOP } opcode;

typedef struct {
  half op;
  half jump;
  int operand;
} operation;

#define MAX_CODE 256

typedef struct {
  scanner in;
  operation code[MAX_CODE];
  int length;
  int errors;
} compiler;

static int emit(compiler *to, opcode op, int operand) {
  if (to->length == MAX_CODE) {
    ++to->errors;
    return 0;
  }
  to->code[to->length] = (operation){(half)op, 0, operand};
  return to->length++;
}

static void compileChoice(compiler *to);

static void expect(compiler *to, char c) {
  if (isSymbol(&to->in, c)) advance(&to->in);
  else ++to->errors;
}

static void compileValue(compiler *to) {
  token found = to->in.current;
  if (found.kind == T_NUMBER) {
    emit(to, PUSH, found.number);
    advance(&to->in);
  } else if (found.kind == T_NAME) {
    emit(to, FETCH, found.number);
    advance(&to->in);
  } else if (isSymbol(&to->in, '(')) {
    advance(&to->in);
    compileChoice(to);
    expect(to, ')');
  } else if (isSymbol(&to->in, '-')) {
    advance(&to->in);
    compileValue(to);
    emit(to, NEGATE, 0);
  } else {
    ++to->errors;
    advance(&to->in);
  }
}

typedef struct {
  char symbol;
  byte level;
  byte op;
} operatorRow;

static const operatorRow operators[] = {
    {'&', 0, BOTH}, {'<', 1, BELOW}, {'+', 2, PLUS}, {'-', 2, MINUS}, {'*', 3, TIMES}, {'/', 3, OVER}, {'%', 3, MODULO},
};

static const operatorRow *findOperator(const compiler *of, int level) {
  if (of->in.current.kind != T_SYMBOL) return 0;
  for (word i = 0; i < sizeof operators / sizeof *operators; ++i) {
    if (operators[i].symbol == of->in.current.number && operators[i].level >= level) return &operators[i];
  }
  return 0;
}

static void compileLevel(compiler *to, int level) {
  compileValue(to);
  const operatorRow *row;
  while ((row = findOperator(to, level))) {
    advance(&to->in);
    compileLevel(to, row->level + 1);
    emit(to, (opcode)row->op, 0);
  }
}

static void compileChoice(compiler *to) {
  compileLevel(to, 0);
  if (!isSymbol(&to->in, '?')) return;
  advance(&to->in);
  int otherwise = emit(to, JUMP_IF_ZERO, 0);
  compileChoice(to);
  int behind = emit(to, JUMP, 0);
  to->code[otherwise].jump = (half)to->length;
  expect(to, ':');
  compileChoice(to);
  to->code[behind].jump = (half)to->length;
}

static int compileFormula(compiler *to, const char *text) {
  to->in.text = text;
  to->length = 0;
  to->errors = 0;
  advance(&to->in);
  compileChoice(to);
  if (to->in.current.kind != T_END) ++to->errors;
  emit(to, STOP, 0);
  return to->errors;
}

// ---- Stack machine ----

static int execute(const operation *code, const int *variables) {
  int stack[32];
  int *top = stack;
  *top = 0;
  for (const operation *at = code;; ++at) {
    switch ((opcode)at->op) {
      case PUSH: *++top = at->operand; break;
      case FETCH: *++top = variables[at->operand]; break;
      case PLUS: --top; *top = (int)((word)top[0] + (word)top[1]); break;
      case MINUS: --top; *top = (int)((word)top[0] - (word)top[1]); break;
      case TIMES: --top; *top = (int)((word)top[0] * (word)top[1]); break;
      case OVER: --top; *top = top[1] > 0 ? top[0] / top[1] : 0; break;
      case MODULO: --top; *top = top[1] > 0 ? top[0] % top[1] : 0; break;
      case BELOW: --top; *top = top[0] < top[1]; break;
      case BOTH: --top; *top = top[0] && top[1]; break;
      case NEGATE: *top = (int)(0u - (word)*top); break;
      case JUMP_IF_ZERO:
        if (!*top--) at = code + at->jump - 1;
        break;
      case JUMP: at = code + at->jump - 1; break;
      case STOP: return *top;
    }
  }
}

static const char *const formulas[] = {
    "a + b * 3 - c / (d + 1)",
    "(a < b ? a : b) * 17 % 101 + (c < d & a < c ? 1000 : -d)",
    "((a + 1) * (b + 2) - (c + 3) * (d + 4)) % 977",
    "a % 7 < 3 ? b % 5 < 2 ? c * c : d * d : -(a - b) * (c - d)",
};

static half runFormulas(half crc, int rounds) {
  static compiler machine;
  for (word f = 0; f < sizeof formulas / sizeof *formulas; ++f) {
    crc = crcOfWord(crc, (word)compileFormula(&machine, formulas[f]));
    int variables[26] = {3, 14, 15, 92};
    for (int round = 0; round < rounds; ++round) {
      int value = execute(machine.code, variables);
      variables[round & 3] = value & 0x3fff;
      crc = crcOfWord(crc, (word)value);
    }
  }
  return crc;
}

// ---- Linked list: search, reverse, sort by merging, through a comparison that the caller gives ----

typedef struct item {
  struct item *next;
  int key;
  int payload;
} item;

#define ITEMS 400

static item pool[ITEMS];

typedef int order(const item *left, const item *right);
static int byKey(const item *left, const item *right) { return left->key - right->key; }
static int byPayload(const item *left, const item *right) { return left->payload - right->payload; }

static item *reverse(item *list) {
  item *reversed = 0;
  while (list) {
    item *next = list->next;
    list->next = reversed;
    reversed = list;
    list = next;
  }
  return reversed;
}

static item *search(item *list, int key) {
  while (list && list->key != key) list = list->next;
  return list;
}

static item *merge(item *left, item *right, order *compare) {
  item head = {0, 0, 0}, *last = &head;
  while (left && right) {
    item **smaller = compare(right, left) < 0 ? &right : &left;
    last->next = *smaller;
    last = *smaller;
    *smaller = last->next;
  }
  last->next = left ? left : right;
  return head.next;
}

static item *sort(item *list, order *compare) {
  if (!list || !list->next) return list;
  item *slow = list, *fast = list->next;
  while (fast && fast->next) {
    slow = slow->next;
    fast = fast->next->next;
  }
  item *second = slow->next;
  slow->next = 0;
  return merge(sort(list, compare), sort(second, compare), compare);
}

static half runList(half crc, word seed) {
  item *list = 0;
  for (int i = 0; i < ITEMS; ++i) {
    seed = seed * 1103515245u + 12345u;
    pool[i] = (item){list, (int)(seed >> 16 & 0x3ff), i ^ 0x55};
    list = &pool[i];
  }
  for (int key = 0; key < 64; ++key) {
    item *found = search(list, key * 16);
    crc = crcOfWord(crc, found ? (word)found->payload : 0xffffu);
    if (found) list = reverse(list);
  }
  list = sort(list, byKey);
  for (const item *at = list; at; at = at->next) crc = crcOfWord(crc, (word)at->key);
  list = sort(list, byPayload);
  for (const item *at = list; at; at = at->next) crc = crcOfByte(crc, (byte)at->payload);
  return crc;
}

// ---- Matrices of small integers ----

#define SIZE 24

static short left[SIZE][SIZE], right[SIZE][SIZE];
static int product[SIZE][SIZE];

static void multiply(void) {
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      int sum = 0;
      for (int k = 0; k < SIZE; ++k) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  }
}

static half runMatrices(half crc, int rounds) {
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      left[i][j] = (short)(i * j % 19 - 9);
      right[i][j] = (short)((i + 2 * j) % 23 - 11);
    }
  }
  for (int round = 0; round < rounds; ++round) {
    multiply();
    for (int i = 0; i < SIZE; ++i) {
      for (int j = 0; j < SIZE; ++j) {
        left[i][j] = (short)((product[i][j] >> 3) & 0x3f);
        if (product[i][j] > 0) crc = crcOfByte(crc, (byte)product[i][j]);
      }
    }
  }
  return crc;
}

// ---- A state machine that tells numbers from words and counts what it changed to ----

typedef enum { START, INTEGER, POINT, FRACTION, EXPONENT, WORD, INVALID, STATES } state;

static state nextState(state from, char c) {
  switch (from) {
    case START:
      if (isDigit(c)) return INTEGER;
      if (c == '-') return INTEGER;
      if (c == '.') return POINT;
      return isLetter(c) ? WORD : INVALID;
    case INTEGER:
      if (isDigit(c)) return INTEGER;
      if (c == '.') return FRACTION;
      return c == 'e' ? EXPONENT : INVALID;
    case POINT:
      return isDigit(c) ? FRACTION : INVALID;
    case FRACTION:
      if (isDigit(c)) return FRACTION;
      return c == 'e' ? EXPONENT : INVALID;
    case EXPONENT:
      return isDigit(c) || c == '-' ? EXPONENT : INVALID;
    case WORD:
      return isLetter(c) || isDigit(c) ? WORD : INVALID;
    default:
      return INVALID;
  }
}

static half runStates(half crc, int rounds) {
  static const char text[] = "12 -7 3.25 rover .5e10 9e-3 left 4x7 go2 1.2.3 -12e9 stop . - ore42 77 e5 0.001 $ wait";
  static char buffer[sizeof text];
  for (word i = 0; i < sizeof text; ++i) buffer[i] = text[i];
  for (int round = 0; round < rounds; ++round) {
    int counts[STATES] = {0};
    state now = START;
    for (word i = 0; i < sizeof text; ++i) {
      if (buffer[i] == ' ' || !buffer[i]) {
        ++counts[now];
        now = START;
      } else {
        now = nextState(now, buffer[i]);
      }
    }
    for (int i = 0; i < STATES; ++i) crc = crcOfByte(crc, (byte)counts[i]);
    // One digit changes from round to round.
    buffer[round % 2] = (char)('0' + (round * 7) % 10);
  }
  return crc;
}

void entry(void) {
  makeCrcTable();
  half crc = 0xffff;
  for (word round = 0; round < 10; ++round) {
    crc = runFormulas(crc, 300);
    crc = runList(crc, round + 1);
    crc = runMatrices(crc, 10);
    crc = runStates(crc, 150);
  }
  print(crc);
}
