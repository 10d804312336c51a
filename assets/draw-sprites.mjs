// Everything that stands or moves in the yard: drawings by hand, in letters of the palette.
import { PixelCanvas, fromRows, seededRandom } from "./pixel-canvas.mjs";

const ROVER_SIDE = [
  "................",
  "...e............",
  "...2............",
  "...2...kkkkk....",
  "...2..kinnnnk...",
  "..kkkkknookjjk..",
  ".kinnnnnookxxjk.",
  ".kooooooookvxxk.",
  ".kobbkkkkobkkkk.",
  ".krbbkhgkbbbbrk.",
  ".krbbkkkkbbbrrk.",
  ".kkkkkkkkkkkkkk.",
  "k23232323232323k",
  "k1kk11kk11kk11kk",
  "k1k31k31k31k31kk",
  ".kkkkkkkkkkkkkk.",
];
const ROVER_FRONT = [
  "................",
  "...e............",
  "...2............",
  "...2kkkkkkkk....",
  "...kinnnnnnik...",
  "..kinnnnnnnnik..",
  "..kokkkkkkkkok..",
  "..kokjjxxjjkok..",
  "..kokxxvvxxkok..",
  "..kokkkkkkkkok..",
  "k2kboooooooobk2k",
  "k1kbbkhgghkbbk1k",
  "k3kbbkkkkkkbbk3k",
  "k1krrrrrrrrrrk1k",
  "k2kkkkkkkkkkkk2k",
  "kkk..........kkk",
];
const ROVER_BACK = [
  "................",
  "............e...",
  "............2...",
  "....kkkkkkkk2...",
  "...kinnnnnnik...",
  "..kinnnnnnnnik..",
  "..kooooooooook..",
  "..kobkkkkkkbok..",
  "..kob2k2k2kbok..",
  "..kobk2k2k2bok..",
  "k2kobkkkkkkbok2k",
  "k1kbbbbbbbbbbk1k",
  "k3krrekrrkerrk3k",
  "k1krrrrrrrrrrk1k",
  "k2kkkkkkkkkkkk2k",
  "kkk..........kkk",
];

/** Four frames of a moving track. */
function roverFrames(rows, isSide) {
  const still = fromRows(rows, 16);
  return [0, 1, 2, 3].map((step) => {
    const frame = still.copy();
    if (isSide) {
      const tread = "2321";
      const wheel = "1k3k";
      for (let x = 1; x < 15; x++) {
        frame.set(x, 12, tread[(x + 4 - step) % 4]);
        frame.set(x, 14, wheel[(x + 4 - step) % 4]);
      }
    } else {
      const tread = "2131";
      for (let y = 10; y < 15; y++) for (const x of [1, 14]) frame.set(x, y, tread[(y + step) % 4]);
    }
    return frame;
  });
}

/** For a field of a thousand: light, so that the game can tint them. */
const MINI_SIDE = ["........", "..kkkkk.", ".kwwwkxk", ".kiiikjk", "kiiiiiik", "k.......", "........", ".kkkkkk."];
const MINI_FRONT = ["..kkkk..", ".kwwwwk.", "kkiiiikk", ".kjxxjk.", ".kxvvxk.", ".kiiiik.", ".kkkkkk.", "kk....kk"];
const MINI_BACK = ["..kkkk..", ".kwwwwk.", "kkiiiikk", ".kiiiik.", ".kikkik.", ".kiiiik.", ".kkkkkk.", "kk....kk"];
const MINI_ORE = ["........", "...k....", "..kjk...", "..kxvkk.", ".kkxvjk.", "kjkxvxvk", "kxvpvxpk", ".kkkkkk."];

/** Two frames of a moving track. */
function miniFrames(rows, isSide) {
  return [0, 1].map((step) => {
    const frame = fromRows(rows, 8);
    for (let at = 0; at < 8; at++) {
      const [light, dark] = (at + step) % 2 ? ["4", "2"] : ["1", "3"];
      if (isSide) frame.set(at, 5, at === 0 || at === 7 ? "k" : light).set(at, 6, at === 0 || at === 7 ? "k" : dark);
      else if (at > 2 && at < 7) frame.set(0, at, light).set(7, at, light);
    }
    return frame;
  });
}

const ORE = [
  "................",
  "................",
  ".......kk.......",
  "......kjvk......",
  "......kxvpk.kk..",
  "..kk..kxvpkkjvk.",
  ".kjvk.kjvpkkxvk.",
  ".kxvkkkxvpkkxpk.",
  ".kxpkjkxvpkjvpk.",
  ".kjvkxkjvpkxvpk.",
  ".kxvpvkxvtkxvtk.",
  ".kxvpvkvptkvptk.",
  "kkvptpkkttkkpttk",
  "ckkkkkkkkkkkkkkc",
  ".cccccccccccccc.",
  "................",
];

function oreFrames() {
  const glints = [[], [[7, 4]], [[7, 4], [3, 8]], [[12, 6]]];
  return glints.map((spots) => {
    const frame = fromRows(ORE, 16);
    for (const [x, y] of spots) frame.set(x, y, "w").set(x - 1, y, "j").set(x + 1, y, "j").set(x, y - 1, "j").set(x, y + 1, "j");
    return frame;
  });
}

const BARREL = [
  "................",
  "................",
  "....kkkkkkkk....",
  "...kpvvvvvvpk...",
  "..kpvtttttvvpk..",
  "..kvpvvvvvvppk..",
  "..kppppppppptk..",
  "..kjvvvppppttk..",
  "..khghghghghgk..",
  "..kgkgkgkgkgkk..",
  "..kvvpppppttkk..",
  "..kkkkkkkkkkkk..",
  "..kjvvvppppttk..",
  "..kvvpppppttkk..",
  "...kpppppttkk...",
  "....kkkkkkkk....",
];
const CRATE = [
  "................",
  ".kkkkkkkkkkkkkk.",
  ".knnnnnnnnnnnok.",
  ".knkkkkkkkkkkok.",
  ".knkmummmmumkok.",
  ".kokkkkkkkkkkok.",
  ".kooooooooooobk.",
  ".kkkkkkkkkkkkkk.",
  ".kmgmmkmmkmmmuk.",
  ".kmkmmkmmkmmkuk.",
  ".kmmkmkmmkmkmuk.",
  ".kmmmkkmmkkmmuk.",
  ".kmmmkkmmkkmmuk.",
  ".kmmkmkmmkmkmuk.",
  ".kukuukuukuukuk.",
  ".kkkkkkkkkkkkkk.",
];

function lampPost() {
  const post = new PixelCanvas(16, 32);
  post.rect(7, 9, 2, 20, "2").rect(7, 9, 1, 20, "3").rect(6, 27, 4, 3, "1").rect(5, 29, 6, 2, "2");
  post.rows(4, 1, ["...kk...", "..k22k..", ".k2332k.", "kkkkkkkk", "khwwwwhk", "kghwwhgk", ".kghhgk.", "..kkkk.."]);
  return post.outlined("k");
}

/**
 * The gasholder: a bell that floats in a tank and rises with what is delivered.
 * @param level - 0 (down) to 4 (full).
 */
function gasholder(level) {
  const canvas = new PixelCanvas(64, 72);
  const shades = "drbbooobbrrdd";
  const shadeAt = (dx, set = shades) => set[Math.min(set.length - 1, Math.floor(((dx + 1) / 2) * set.length))];
  const bottom = 58;
  const bellHeight = 8 + level * 7;
  const top = bottom - 6 - bellHeight;
  const bodyAt = (x, y, width, height, set) => {
    for (let column = 0; column < width; column++) {
      const dx = (column - (width - 1) / 2) / (width / 2);
      const sag = Math.round(Math.sqrt(Math.max(0, 1 - dx * dx)) * 8);
      for (let row = 0; row < height; row++) canvas.set(x + column, y + row + sag, shadeAt(dx, set));
    }
  };
  // Columns behind the bell.
  for (const x of [14, 31, 48]) canvas.rect(x, 6, 2, 40, "1");
  canvas.ellipse(6, 1, 52, 18, "1").ellipse(7, 3, 50, 15, ".");
  // Tank, then bell, then the bell's dome.
  bodyAt(4, bottom - 10, 56, 11, "1223334332221");
  bodyAt(4, bottom, 56, 2, "kkkkkk");
  bodyAt(8, top, 48, bellHeight, shades);
  for (let band = 5; band < bellHeight; band += 7) bodyAt(8, top + band, 48, 1, "kddrrbbrrddkk");
  canvas.ellipse(8, top - 8, 48, 17, (dx, dy) => (dx * dx + dy * dy > 0.86 ? "i" : dx + dy < -0.5 ? "n" : dx + dy < 0.5 ? "o" : "b"));
  canvas.ellipse(27, top - 3, 10, 5, "r").ellipse(29, top - 3, 6, 3, "n");
  bodyAt(4, bottom - 11, 56, 1, "2334444443322");
  // Columns and the ring in front.
  for (const [x, foot] of [[4, 56], [20, 63], [42, 63], [58, 56]]) {
    canvas.rect(x, foot - 52, 2, 52, "3").rect(x + 1, foot - 52, 1, 52, "1");
    for (let y = foot - 48; y < foot - 8; y += 12) canvas.set(x - 1, y, "2").set(x + 2, y, "2");
    canvas.rect(x - 1, foot - 2, 4, 3, "2");
  }
  for (let column = 0; column < 56; column++) {
    const dx = (column - 27.5) / 28;
    const sag = Math.round(Math.sqrt(Math.max(0, 1 - dx * dx)) * 8);
    canvas.set(4 + column, 5 + sag, "4").set(4 + column, 6 + sag, "2");
    if (column % 4 < 2) canvas.set(4 + column, 7 + sag, "1");
  }
  return canvas.outlined("k");
}

function chimney() {
  const canvas = new PixelCanvas(32, 64);
  const random = seededRandom(77);
  for (let y = 6; y < 62; y++) {
    const half = Math.round(6 + ((y - 6) / 56) * 5);
    for (let x = 16 - half; x < 16 + half; x++) {
      const across = (x - (16 - half)) / (2 * half);
      const base = across < 0.12 ? "o" : across < 0.45 ? "b" : across < 0.75 ? "r" : "d";
      const mortar = y % 4 === 3 || (x + (Math.floor(y / 4) % 2 ? 3 : 0)) % 7 === 0;
      canvas.set(x, y, mortar ? (across < 0.5 ? "r" : "d") : random() < 0.1 ? "d" : base);
    }
  }
  canvas.rect(8, 3, 16, 5, "y").rect(8, 3, 16, 1, "z").rect(8, 7, 16, 1, "k").ellipse(10, 2, 12, 4, "k");
  for (const y of [20, 38]) canvas.rect(8, y, 16, 2, "2").rect(8, y, 16, 1, "3");
  canvas.rect(4, 56, 24, 7, "y").rect(4, 56, 24, 1, "z").rect(4, 62, 24, 1, "k");
  canvas.rows(11, 48, [".kkkkkkkk.", "kkffhhffkk", "kefhwwhfek", "kefhwwhfek", "keffhhffek", "kqeffffeqk", "kkkkkkkkkk", "k22222222k"]);
  return canvas.outlined("k");
}

const BEACON = (letter) => [
  "..kkkk..",
  letter === "e" ? ".keffek." : ".kqddqk.",
  letter === "e" ? ".kefhek." : ".kqqdqk.",
  ".kkkkkk.",
  "..k23k..",
  "..k23k..",
  "..k23k..",
  "..k23k..",
  ".k1221k.",
  "k122221k",
  ".kkkkkk.",
];

const BUBBLES = {
  gear: ["..3.3..", ".34443.", "3443443", ".44k44.", "3443443", ".34443.", "..3.3.."],
  alert: ["..eee..", "..eee..", "..eee..", "..eee..", "...e...", ".......", "..eee.."],
  crash: [".kkkkk.", "kkkkkkk", "kwwkwwk", "kwwkwwk", "kkkwkkk", ".kkkkk.", ".kwkwk."],
  done: ["......v", ".....vv", "v...vv.", "vv.vv..", ".vvv...", "..v....", "......."],
  hot: ["...e...", "..ee...", "..efe..", ".effee.", ".efhfe.", "eefhhfe", ".efhhe."],
};

function bubble(rows) {
  const canvas = new PixelCanvas(15, 16);
  canvas.rect(1, 0, 13, 13, "w").rect(0, 1, 15, 11, "w").rect(6, 13, 3, 1, "w").set(7, 14, "w");
  return canvas.rows(4, 3, rows);
}

function puff(size, letters) {
  const canvas = new PixelCanvas(8, 8);
  const at = Math.floor((8 - size) / 2);
  return canvas.ellipse(at, at, size, size, (dx, dy) => (dx + dy < -0.3 ? letters[0] : dx + dy < 0.5 ? letters[1] : letters[2]));
}

/** A ragged disc for additive glows: rings of fewer and fewer dots, no smooth gradients. */
function glow(size, letter) {
  const canvas = new PixelCanvas(size, size);
  const bayer = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
  const middle = (size - 1) / 2;
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      const distance = Math.hypot(x - middle, y - middle) / (size / 2);
      if (1 - distance > (bayer[(y % 4) * 4 + (x % 4)] + 0.5) / 16) canvas.set(x, y, letter);
    }
  return canvas;
}

/** Name -> drawing, in a fixed order. */
export function drawSprites() {
  const sprites = new Map();
  const views = { right: roverFrames(ROVER_SIDE, true), down: roverFrames(ROVER_FRONT, false), up: roverFrames(ROVER_BACK, false) };
  for (const [view, frames] of Object.entries(views)) frames.forEach((frame, index) => sprites.set(`rover-${view}-${index}`, frame));
  views.right.forEach((frame, index) => sprites.set(`rover-left-${index}`, frame.mirrored()));
  oreFrames().forEach((frame, index) => sprites.set(`ore-${index}`, frame));
  sprites.set("ore-hole", fromRows(["................", "................", "................", "................", "................", "................", "................", "................", "....c...........", "...ckk..tck.....", "..ckkkk.ckkpc...", "..kktkkkkkkkkc..", "...kkkkckkkkk...", "....cc...cc.....", "................", "................"], 16));
  sprites.set("cargo", fromRows(["..kk....", ".kjvkkk.", ".kxvkjvk", "kkxvkxpk", "kjvpkvpk", "kkkkkkkk"], 8));
  sprites.set("barrel", fromRows(BARREL, 16));
  sprites.set("crate", fromRows(CRATE, 16));
  sprites.set("lamp", lampPost());
  for (let level = 0; level <= 4; level++) sprites.set(`gasholder-${level}`, gasholder(level));
  sprites.set("chimney", chimney());
  sprites.set("beacon-on", fromRows(BEACON("e"), 8));
  sprites.set("beacon-off", fromRows(BEACON("q"), 8));
  for (const [name, rows] of Object.entries(BUBBLES)) sprites.set(`bubble-${name}`, bubble(rows).outlined("k"));
  [3, 5, 7, 8].forEach((size, index) => sprites.set(`smoke-${index}`, puff(size, "zay")));
  [2, 4, 5, 6].forEach((size, index) => sprites.set(`dust-${index}`, puff(size, "azy")));
  sprites.set("spark", fromRows(["h"]));
  sprites.set("glint-0", fromRows([".....", "..j..", ".jwj.", "..j..", "....."]));
  sprites.set("glint-1", fromRows(["..j..", "..w..", "jwwwj", "..w..", "..j.."]));
  sprites.set("tracks-h", fromRows(["ss.ss.ss.ss.ss.s", ".ss.ss.ss.ss.ss."], 16));
  sprites.set("tracks-v", fromRows(["s.", "ss", ".s", "s.", "ss", ".s", "s.", "ss", ".s", "s.", "ss", ".s", "s.", "ss", ".s", "s."], 2));
  sprites.set("beam", fromRows(["x"]));
  const minis = { right: miniFrames(MINI_SIDE, true), down: miniFrames(MINI_FRONT, false), up: miniFrames(MINI_BACK, false) };
  for (const [view, frames] of Object.entries(minis)) frames.forEach((frame, index) => sprites.set(`mini-${view}-${index}`, frame));
  minis.right.forEach((frame, index) => sprites.set(`mini-left-${index}`, frame.mirrored()));
  sprites.set("mini-ore", fromRows(MINI_ORE, 8));
  sprites.set("ring", fromRows(["hhh......hhh", "h..........h", "h..........h", ...new Array(6).fill("............"), "h..........h", "h..........h", "hhh......hhh"], 12));
  sprites.set("glow-warm", glow(64, "n"));
  sprites.set("glow-gas", glow(40, "v"));
  sprites.set("glow-alarm", glow(40, "e"));
  return sprites;
}
