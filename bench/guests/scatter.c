// As `crowd.c`, but each round is at a random word: a thousand of these do not fit into any cache, and their pages not into
// the processor's tables of pages.

static unsigned words[8192];

int main(void) {
  unsigned s = 0x12345679;
  for (;;) {
    for (int i = 0; i < 8; i++) s = (s * 0x9e3779b1u) ^ (s >> 15);
    unsigned *word = &words[(s >> 8) & 8191];
    *word += s ^ (*word >> 3);
  }
}
