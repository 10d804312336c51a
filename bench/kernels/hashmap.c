// A hash map with chains, whose nodes come from an allocator of its own: insert, look up, remove, free. Pointers that
// depend on one another, and calls of functions too big to be inlined.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

typedef unsigned int word;
typedef unsigned long size;

#define HEAP_BYTES (512 * 1024)
#define CLASSES 8
#define BUCKETS 1024
#define KEYS 6000

// Blocks of 16, 32, … 2,048 bytes; a freed block goes to the list of its class. Each has a word in front that says which.
typedef struct block {
  word class;
  struct block *next;
} block;

static unsigned char heap[HEAP_BYTES] __attribute__((aligned(16)));
static size used;
static block *freeLists[CLASSES];

__attribute__((noinline)) static void *allocate(size bytes) {
  word class = 0;
  size room = 16;
  while (room < bytes + sizeof(word) * 2) {
    room <<= 1;
    if (++class == CLASSES) return 0;
  }
  block *found = freeLists[class];
  if (found) {
    freeLists[class] = found->next;
  } else {
    if (used + room > HEAP_BYTES) return 0;
    found = (block *)(heap + used);
    used += room;
    found->class = class;
  }
  return (unsigned char *)found + sizeof(word) * 2;
}

__attribute__((noinline)) static void release(void *memory) {
  block *freed = (block *)((unsigned char *)memory - sizeof(word) * 2);
  freed->next = freeLists[freed->class];
  freeLists[freed->class] = freed;
}

typedef struct node {
  struct node *next;
  word hash;
  int value;
  char key[];
} node;

static node *buckets[BUCKETS];

static word hashOf(const char *key) {
  word hash = 2166136261u;
  for (; *key; ++key) hash = (hash ^ (unsigned char)*key) * 16777619u;
  return hash;
}

static int equal(const char *left, const char *right) {
  while (*left && *left == *right) ++left, ++right;
  return *left == *right;
}

/** Where the pointer to the key's node is, or where it would go. */
__attribute__((noinline)) static node **find(const char *key, word hash) {
  node **place = &buckets[hash % BUCKETS];
  while (*place && ((*place)->hash != hash || !equal((*place)->key, key))) place = &(*place)->next;
  return place;
}

static void put(const char *key, int value) {
  word hash = hashOf(key);
  node **place = find(key, hash);
  if (*place) {
    (*place)->value += value;
    return;
  }
  size length = 0;
  while (key[length]) ++length;
  node *made = allocate(sizeof(node) + length + 1);
  if (!made) __builtin_trap();
  made->next = 0;
  made->hash = hash;
  made->value = value;
  for (size i = 0; i <= length; ++i) made->key[i] = key[i];
  *place = made;
}

static int take(const char *key) {
  node **place = find(key, hashOf(key));
  node *found = *place;
  if (!found) return 0;
  int value = found->value;
  *place = found->next;
  release(found);
  return value;
}

/** Writes the name of a key: a letter and its number. */
static void nameKey(char *out, int number) {
  *out++ = (char)('a' + number % 26);
  do *out++ = (char)('0' + number % 10);
  while (number /= 10);
  *out = 0;
}

void entry(void) {
  char key[16];
  word random = 7;
  int checksum = 0;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < KEYS; ++i) {
      random = random * 1664525u + 1013904223u;
      nameKey(key, (int)((random >> 8) % KEYS));
      put(key, i);
    }
    for (int i = 0; i < KEYS; ++i) {
      nameKey(key, i);
      if (i % 3) {
        checksum = checksum * 31 + take(key);
      } else {
        node *found = *find(key, hashOf(key));
        if (found) checksum ^= found->value;
      }
    }
  }
  print(checksum + (int)used);
}
