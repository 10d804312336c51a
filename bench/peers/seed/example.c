// The smallest program that needs everything: it never yields, and its loop counter is all the state there is.
// As published COUNT is 100,000,000; the demo and the tests define a smaller one, and say which.
#ifndef COUNT
#define COUNT 100000000
#endif

__attribute__((import_module("env"), import_name("print"))) extern void print(int number);

void entry(void) {
  for (int i = 0; i < COUNT; ++i) print(i);
}
