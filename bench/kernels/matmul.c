// Product of two 128 x 128 matrices of doubles. A short inner loop that is bound by memory and floating point.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

#define SIZE 128
static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

void entry(void) {
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      left[i][j] = (i * 7 + j * 3) % 11;
      right[i][j] = (i * 5 + j) % 13;
    }
  }
  for (int i = 0; i < SIZE; ++i) {
    for (int j = 0; j < SIZE; ++j) {
      double sum = 0;
      for (int k = 0; k < SIZE; ++k) sum += left[i][k] * right[k][j];
      product[i][j] = sum;
    }
  }
  double trace = 0;
  for (int i = 0; i < SIZE; ++i) trace += product[i][SIZE - 1 - i];
  print((int)trace);
}
