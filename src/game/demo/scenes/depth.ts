// What is drawn over what. Things that stand in the yard are sorted by their feet, between the ground and the air.

/** Layers that do not depend on where a thing stands. */
export const DEPTH = {
  ground: 0,
  tracks: 1,
  shadow: 2,
  walls: 3,
  standing: 10,
  air: 1_000,
  light: 1_100,
  sign: 1_200,
} as const;

/** Depth of a thing whose feet are at `y`, in pixels of the yard. */
export function standingDepth(y: number): number {
  return DEPTH.standing + y / 10;
}
