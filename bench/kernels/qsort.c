// Quicksort of 10,000 numbers, compared through a function pointer, up and then down. The price of indirect calls.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

#define COUNT 10000
static int numbers[COUNT];

typedef int comparison(int left, int right);
static int up(int left, int right) { return (left > right) - (left < right); }
static int down(int left, int right) { return (left < right) - (left > right); }
// Volatile, so that the compiler cannot know which one is called.
static comparison *volatile comparisons[2] = {up, down};

static void sort(int *first, int *last, comparison *compare) {
  while (first < last) {
    int pivot = first[(last - first) / 2];
    int *low = first, *high = last;
    while (low <= high) {
      while (compare(*low, pivot) < 0) ++low;
      while (compare(pivot, *high) < 0) --high;
      if (low > high) break;
      int swapped = *low;
      *low++ = *high;
      *high-- = swapped;
    }
    // The smaller part by recursion, the larger one by the loop: the stack stays shallow.
    if (high - first < last - low) {
      sort(first, high, compare);
      first = low;
    } else {
      sort(low, last, compare);
      last = high;
    }
  }
}

void entry(void) {
  unsigned int random = 12345;
  int checksum = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < COUNT; ++i) {
      random = random * 1103515245u + 12345u;
      numbers[i] = (int)(random >> 8);
    }
    sort(numbers, numbers + COUNT - 1, comparisons[round]);
    for (int i = 0; i < COUNT; i += 100) checksum = checksum * 31 + numbers[i];
  }
  print(checksum);
}
