// Random numbers that a save goes on with, and that a replay repeats.

import { defineDevice, type DeviceDefinition } from "../device/define-device.ts";
import { DEVICE_ERRORS } from "../device/device-errors.ts";
import { buffer, f64, i32 } from "../device/fields.ts";
import { query, type DeviceContext } from "../device/members.ts";

const MAX_FILL = 65_536;
const WORDS = 2 ** 32;
const GAS_PER_BYTE = 4;

/** The source of randomness: `entropy_fill`, `entropy_below`, `entropy_between`, `entropy_fraction`. */
export const Entropy: DeviceDefinition<void> = defineDevice({
  type: "entropy",
  doc: "Gives random numbers. Each device has its own, and a saved game goes on with them where they stood.",
  queries: {
    fill: query(
      {
        doc: "Fills memory with random bytes.",
        args: { bytes: buffer("Where they go", { maxBytes: MAX_FILL }) },
        returns: "how many bytes there are now",
        cost: 500,
      },
      (_port, { bytes }, device) => fill(bytes, device),
      { doc: `${GAS_PER_BYTE} for each byte that is drawn`, gas: (_port, { bytes }) => GAS_PER_BYTE * bytes },
    ),
    below: query(
      {
        doc: "Draws a number below another one, each as likely as any other.",
        args: { end: i32("The first number that is not drawn", { min: 1 }) },
        returns: "a number from 0 to `end` - 1",
        cost: 500,
      },
      (_port, { end }, device) => draw(end, device),
    ),
    between: query(
      {
        doc: "Draws a number between two others, which may be drawn too, each as likely as any other.",
        args: { least: i32("The least number"), most: i32("The greatest number, not less than the least") },
        gives: { value: i32("What was drawn") },
        returns: "0, or ERR_BAD_ARGUMENT if the greatest number is less than the least",
        cost: 500,
      },
      (_port, { least, most }, device) => {
        if (most < least) return DEVICE_ERRORS.badArgument.value;
        return { value: least + draw(most - least + 1, device) };
      },
    ),
    fraction: query(
      {
        doc: "Draws a fraction.",
        gives: { value: f64("What was drawn: at least 0 and less than 1") },
        returns: "0",
        cost: 500,
      },
      (_port, _args, device) => ({ value: device.random() / WORDS }),
    ),
  },
});

function fill(length: number, device: DeviceContext): Uint8Array {
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (; at + 4 <= length; at += 4) view.setUint32(at, device.random(), true);
  if (at === length) return bytes;
  let word = device.random();
  for (; at < length; at++, word >>>= 8) bytes[at] = word & 0xff;
  return bytes;
}

/** @param end - 1 to 2^32. */
function draw(end: number, device: DeviceContext): number {
  // Numbers beyond the last whole round would make the first ones likelier.
  const rounds = WORDS - (WORDS % end);
  for (;;) {
    const word = device.random();
    if (word < rounds) return word % end;
  }
}
