// The one palette of the game: 30 colors of soot, rust, brass and gas. One letter each, used by the drawings.

/** Letter -> "#rrggbb". `.` is transparent. */
export const PALETTE = {
  k: "#120d0d", // ink
  s: "#1d1614", // soot
  c: "#2a211e", // coal
  l: "#3a2f2a", // slag
  y: "#4d3f37", // clay
  a: "#665449", // ash
  z: "#857060", // dust
  d: "#552c22", // dried blood
  r: "#7d3b28", // rust
  b: "#a4502f", // brick
  o: "#c9713d", // copper
  n: "#e29d5d", // sand
  i: "#f3cd92", // bone
  w: "#fdf3d7", // cream
  u: "#6d5324", // old brass
  m: "#a67c2f", // brass
  g: "#e0b23f", // gold
  h: "#fbe27a", // hot gold
  f: "#f5903a", // flame
  e: "#df4f2c", // ember
  q: "#8f2430", // alarm
  t: "#17383c", // deep teal
  p: "#23605f", // verdigris
  v: "#3a9a86", // gas
  x: "#6fd6a8", // glow
  j: "#c4f7cf", // mint
  1: "#2e353b", // gunmetal
  2: "#4b575e", // iron
  3: "#73838a", // steel
  4: "#a9b8b8", // tin
};
