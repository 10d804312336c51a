// Stands in a loop at a known depth of calls: for timing a pause with so many frames.
static volatile int isGoing = 1;
static volatile int work;

static int loop(void) {
  while (isGoing) work += 1;
  return work;
}

// Multiplies behind the call, so that it cannot become a loop, and that something is live across it.
__attribute__((noinline)) static int descend(int depth) {
  if (depth == 1) return loop();
  return descend(depth - 1) * 3 + depth;
}

void frames1(void) { work = loop(); }
void frames10(void) { work = descend(9); }
void frames100(void) { work = descend(99); }
void frames1000(void) { work = descend(999); }
