// What a computer of a crowd does in a tick of 10,000 gas: some 250 rounds, each of about 40 instructions and then a read
// and a write of the next word of 32 KiB. The first constant is replaced to make another program of it.

static unsigned words[8192];

int main(void) {
  unsigned s = 0x12345679;
  for (unsigned at = 0;; at++) {
    for (int i = 0; i < 8; i++) s = (s * 0x9e3779b1u) ^ (s >> 15);
    unsigned *word = &words[at & 8191];
    *word += s ^ (*word >> 3);
  }
}
