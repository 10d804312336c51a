// A program as players write them, with the C library: formatted output, allocation, strings. For sizes and for the time
// that preparing takes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  char *name;
  int amount;
  double price;
} entry;

static int byValue(const void *left, const void *right) {
  const entry *a = left, *b = right;
  double difference = a->amount * a->price - b->amount * b->price;
  return (difference > 0) - (difference < 0);
}

int main(void) {
  static const char *const kinds[] = {"iron", "copper", "ice", "coal"};
  size_t count = 40;
  entry *stock = calloc(count, sizeof *stock);
  if (!stock) return 1;
  srand(7);
  for (size_t i = 0; i < count; ++i) {
    char name[32];
    snprintf(name, sizeof name, "%s-%02zu", kinds[i % 4], i);
    stock[i].name = strdup(name);
    stock[i].amount = rand() % 100;
    stock[i].price = (rand() % 1000) / 100.0;
  }
  qsort(stock, count, sizeof *stock, byValue);
  double sum = 0;
  for (size_t i = 0; i < count; ++i) {
    printf("%-10s %3d x %6.2f\n", stock[i].name, stock[i].amount, stock[i].price);
    sum += stock[i].amount * stock[i].price;
    free(stock[i].name);
  }
  printf("total %.2f\n", sum);
  free(stock);
  return 0;
}
