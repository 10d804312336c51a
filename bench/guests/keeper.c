// A computer of a big world, for saves: it keeps 16 KiB that no other has (lines of text, records, a map, measurements), and
// changes a little of it once a second. The first constant is replaced to make another program of it.
#include <stdalign.h>
#include <stdio.h>
#include <unistd.h>

typedef struct {
  unsigned id;
  int x, y;
  float charge;
  unsigned short kind, amount;
  char name[8];
} thing;

static struct {
  alignas(4096) char log[4096];
  thing things[146];
  unsigned char map[64][64];
  float samples[1024];
} kept;

static const char *const kinds[] = {"iron", "copper", "ice", "coal", "sand", "glass", "wire", "pump"};
static const char *const deeds[] = {"moved to", "dug at", "dropped cargo at", "waits for a slot at"};
static unsigned s;
static unsigned written;

static unsigned next(unsigned below) {
  s = s * 1664525u + 1013904223u;
  return (s >> 8) % below;
}

static void note(unsigned tick) {
  char line[80];
  int length = snprintf(line, sizeof line, "%06u %s (%u, %u), %u %s left\n", tick, deeds[next(4)], next(200), next(200),
                        next(40), kinds[next(8)]);
  for (int i = 0; i < length; i++) kept.log[written++ % sizeof kept.log] = line[i];
}

static void change(unsigned at) {
  thing *t = &kept.things[at];
  unsigned kind = next(8);
  t->x += (int)next(7) - 3;
  t->y += (int)next(7) - 3;
  t->charge = next(1000) / 10.0f;
  t->kind = kind;
  t->amount = next(64);
  snprintf(t->name, sizeof t->name, "%.4s%u", kinds[kind], at);
}

int main(void) {
  unsigned own;
  getentropy(&own, sizeof own);
  s = own ^ 0x12345679;
  unsigned tick = next(100000);
  while (written < sizeof kept.log) note(tick += next(30));
  for (unsigned at = 0; at < 146; at++) {
    kept.things[at].id = own % 100000 * 1000 + at;
    kept.things[at].x = next(200);
    kept.things[at].y = next(200);
    change(at);
  }
  unsigned char ground = 0;
  for (int y = 0; y < 64; y++)
    for (int x = 0; x < 64; x++) kept.map[y][x] = ground = next(4) ? ground : next(6);
  float level = 20;
  for (int at = 0; at < 1024; at++) kept.samples[at] = level += ((int)next(201) - 100) / 100.0f;
  usleep(own % 20 * 50000);
  for (;;) {
    usleep(1000000);
    note(tick += 20);
    change(next(146));
  }
}
