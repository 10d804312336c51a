// Fibonacci numbers by recursion. Nothing but calls: the price of an entry and of a return.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

__attribute__((noinline)) int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

void entry(void) { print(fib(29)); }
