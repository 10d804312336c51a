// Where to draw the rover: between tiles, though the rules know whole tiles only.

import { STEPS, turned, type Heading, type Rover } from "./rover-world.ts";

/** A place to draw at, in tiles and parts of tiles. */
export interface RoverPose {
  readonly x: number;
  readonly y: number;
  readonly heading: Heading;
  readonly isDriving: boolean;
  readonly isTurning: boolean;
}

/** The pose at the end of a tick. A turn shows the new heading from its middle on. */
export function poseOf(rover: Rover): RoverPose {
  const { motion, heading } = rover;
  if (motion === null) return { x: rover.x, y: rover.y, heading, isDriving: false, isTurning: false };
  const part = motion.ticksDone / motion.ticksTotal;
  switch (motion.kind) {
    case "forward":
      return {
        x: rover.x + STEPS[heading].x * part,
        y: rover.y + STEPS[heading].y * part,
        heading,
        isDriving: true,
        isTurning: false,
      };
    case "turn-left":
    case "turn-right":
      return {
        x: rover.x,
        y: rover.y,
        heading: part < 0.5 ? heading : turned(heading, motion.kind === "turn-left" ? -1 : 1),
        isDriving: false,
        isTurning: true,
      };
    default:
      return motion.kind satisfies never;
  }
}

/** The pose a fraction of a tick after `before`, on the way to `after`. */
export function between(before: RoverPose, after: RoverPose, fraction: number): RoverPose {
  const moved = Math.abs(after.x - before.x) + Math.abs(after.y - before.y);
  return {
    ...after,
    x: before.x + (after.x - before.x) * fraction,
    y: before.y + (after.y - before.y) * fraction,
    isDriving: moved > 0,
  };
}
