// Waits for most of the time.

#include <unistd.h>

int main(void) {
  for (;;) sleep(3600);
}
