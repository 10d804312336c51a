// What a computer with devices does in each tick of 5,000 gas: it looks around, drives on when it stands, shows that by its
// lamp, and thinks for the rest. Without DEVICES it only thinks.

#ifdef DEVICES
#include "devices.h"
#endif

static unsigned plan[1024];
static unsigned s = 0x12345679;

static void think(void) {
  for (int round = 0; round < 24; round++) {
    for (int i = 0; i < 8; i++) s = (s * 0x9e3779b1u) ^ (s >> 15);
    plan[s >> 22] += s;
  }
}

int main(void) {
#ifdef DEVICES
  motor_t motor = motor_open("wheels");
  radar_t radar = radar_open("eye");
  lamp_t lamp = lamp_open("light");
  int driving = 0;
#endif
  for (;;) {
    think();
#ifdef DEVICES
    int ahead = radar_distance(radar);
    if (driving <= 0 || task_poll(driving) != ERR_PENDING) {
      driving = ahead > 0 ? motor_forward_start(motor, 1) : motor_turn_start(motor, MOTOR_RIGHT);
      lamp_set_color(lamp, s >> 8);
    }
#endif
  }
}
