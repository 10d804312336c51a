// Five bodies under their own gravity, 40,000 steps. Floating-point division and square roots, with a state that stays in
// memory: the price of canonical NaNs.
extern void print(int number) __attribute__((import_module("env"), import_name("print")));

#define BODIES 5
#define STEPS 40000

typedef struct {
  double x, y, z, vx, vy, vz, mass;
} body;

// A sun and four planets, made up; distances and masses of the order of our own system's.
static const body initial[BODIES] = {
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 40.0},
    {5.1, -1.2, -0.1, 0.5, 2.7, -0.02, 0.04},
    {8.2, 4.4, -0.4, -1.0, 1.8, 0.01, 0.011},
    {13.0, -15.0, -0.3, 1.1, 0.9, -0.01, 0.0017},
    {15.5, -26.0, 0.2, 0.97, 0.6, -0.03, 0.002},
};
static body bodies[BODIES];

static void advance(double step) {
  for (int i = 0; i < BODIES; ++i) {
    body *one = &bodies[i];
    for (int j = i + 1; j < BODIES; ++j) {
      body *other = &bodies[j];
      double dx = one->x - other->x, dy = one->y - other->y, dz = one->z - other->z;
      double squared = dx * dx + dy * dy + dz * dz;
      double pull = step / (squared * __builtin_sqrt(squared));
      one->vx -= dx * other->mass * pull;
      one->vy -= dy * other->mass * pull;
      one->vz -= dz * other->mass * pull;
      other->vx += dx * one->mass * pull;
      other->vy += dy * one->mass * pull;
      other->vz += dz * one->mass * pull;
    }
  }
  for (int i = 0; i < BODIES; ++i) {
    bodies[i].x += step * bodies[i].vx;
    bodies[i].y += step * bodies[i].vy;
    bodies[i].z += step * bodies[i].vz;
  }
}

static double energy(void) {
  double sum = 0;
  for (int i = 0; i < BODIES; ++i) {
    const body *one = &bodies[i];
    sum += 0.5 * one->mass * (one->vx * one->vx + one->vy * one->vy + one->vz * one->vz);
    for (int j = i + 1; j < BODIES; ++j) {
      double dx = one->x - bodies[j].x, dy = one->y - bodies[j].y, dz = one->z - bodies[j].z;
      sum -= one->mass * bodies[j].mass / __builtin_sqrt(dx * dx + dy * dy + dz * dz);
    }
  }
  return sum;
}

void entry(void) {
  for (int i = 0; i < BODIES; ++i) bodies[i] = initial[i];
  for (int step = 0; step < STEPS; ++step) advance(0.001);
  print((int)(energy() * 1e6));
}
