// What a computer of a crowd does in a tick of 10,000 gas: some 250 rounds, each of about 40 instructions and then a read
// and a write of a random word of 32 KiB, so that a thousand of them do not fit into any cache. The first constant is
// replaced to make another program of it.

static unsigned words[8192];

int main(void) {
  unsigned s = 0x12345679;
  for (;;) {
    for (int i = 0; i < 8; i++) s = (s * 0x9e3779b1u) ^ (s >> 15);
    unsigned *word = &words[(s >> 8) & 8191];
    *word += s ^ (*word >> 3);
  }
}
