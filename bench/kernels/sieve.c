// Primes below 200,000, three times over. Tight loops of byte stores: the price of a test at every loop header.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

#define LIMIT 200000
static unsigned char isComposite[LIMIT];

void entry(void) {
  int primes = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < LIMIT; ++i) isComposite[i] = 0;
    for (int i = 2; i < LIMIT; ++i) {
      if (isComposite[i]) continue;
      ++primes;
      for (int multiple = 2 * i; multiple < LIMIT; multiple += i) isComposite[multiple] = 1;
    }
  }
  print(primes);
}
