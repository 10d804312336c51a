// One of each device that ships, with what the game puts behind it doing as little as it can: what is left is what a call
// costs at least.

import {
  Battery,
  BatteryCell,
  Button,
  Console,
  Crate,
  Disk,
  Display,
  Door,
  Entropy,
  Gripper,
  Inventoried,
  Keyboard,
  Keys,
  Lamp,
  Motor,
  PixelScreen,
  Positioned,
  PushButton,
  Radar,
  Radio,
  RadioNetwork,
  Timers,
  type AttachedDevice,
} from "gasworks/computer";

/** By the name under which programs open them, which is that of their type. */
export function callDevices(): Readonly<Record<string, AttachedDevice>> {
  const inventory = new Crate(8, [1, 2, 3]);
  return {
    battery: Battery.attach(new BatteryCell({ capacity: 1e15 })),
    button: Button.attach(new PushButton()),
    console: Console.attach(),
    disk: Disk.attach({ capacity: 2 ** 20, files: { small: "text", large: new Uint8Array(32_768) } }),
    display: Display.attach(new PixelScreen({ width: 256, height: 256 })),
    door: Door.attach({ travelTicks: 10, show: () => {} }),
    entropy: Entropy.attach(),
    gripper: Gripper.attach({ ticksPerMove: 4, cargo: new Crate(4, [1]), reach: () => inventory }),
    inventory: Inventoried.attach({ inventory }),
    keyboard: Keyboard.attach(new Keys()),
    lamp: Lamp.attach({ show: () => {} }),
    motor: Motor.attach({
      ticksPerTile: 4,
      ticksPerTurn: 2,
      pose: () => ({ x: 0, y: 0, heading: "north" }),
      canMove: () => true,
      advance: () => {},
      halt: () => {},
    }),
    positioned: Positioned.attach({ x: 1, y: 2 }),
    radar: Radar.attach({ scan: () => ({ distance: 3, sight: "wall" }) }),
    radio: Radio.attach({ network: new RadioNetwork() }),
    timers: Timers.attach(),
  };
}
