// Every file of pictures, in memory: what `make-sprites.mjs` writes and what a test compares with the committed files.

import { drawSprites } from "./draw-sprites.mjs";
import { TILE_INDEX, drawTiles } from "./draw-tiles.mjs";
import { PixelCanvas } from "./pixel-canvas.mjs";

/** Packs sprites in rows, in the order of drawing: tallest first would be tighter, but harder to read in a diff. */
function packAtlas(sprites, width) {
  const frames = {};
  let [x, y, rowHeight] = [0, 0, 0];
  for (const [name, sprite] of sprites) {
    if (x + sprite.width > width) [x, y, rowHeight] = [0, y + rowHeight + 1, 0];
    frames[name] = { frame: { x, y, w: sprite.width, h: sprite.height } };
    x += sprite.width + 1;
    rowHeight = Math.max(rowHeight, sprite.height);
  }
  const sheet = new PixelCanvas(width, y + rowHeight);
  for (const [name, sprite] of sprites) sheet.draw(sprite, frames[name].frame.x, frames[name].frame.y);
  return { sheet, frames };
}

const LETTERS = {
  G: [".####.", "##..##", "##....", "##.###", "##..##", "##..##", ".####."],
  A: [".####.", "##..##", "##..##", "######", "##..##", "##..##", "##..##"],
  S: [".#####", "##....", "##....", ".####.", "....##", "....##", "#####."],
  W: ["##...##", "##...##", "##...##", "##.#.##", "#######", "###.###", "##...##"],
  O: [".####.", "##..##", "##..##", "##..##", "##..##", "##..##", ".####."],
  R: ["#####.", "##..##", "##..##", "#####.", "##.##.", "##..##", "##..##"],
  K: ["##..##", "##.##.", "####..", "###...", "####..", "##.##.", "##..##"],
};

function drawLogo(text) {
  const width = [...text].reduce((sum, letter) => sum + LETTERS[letter][0].length + 1, 0) + 1;
  const logo = new PixelCanvas(width, 10);
  let x = 1;
  for (const letter of text) {
    const shades = "whhggff";
    LETTERS[letter].forEach((row, dy) => [...row].forEach((cell, dx) => cell === "#" && logo.set(x + dx, 1 + dy, shades[dy])));
    x += LETTERS[letter][0].length + 1;
  }
  const outlined = logo.outlined("d");
  for (let column = 0; column < width; column++) if (outlined.get(column, 8) === "d") outlined.set(column, 9, "k");
  return outlined;
}

/** File name -> content. */
export function drawAll() {
  const sprites = drawSprites();
  const { sheet, frames } = packAtlas(sprites, 256);
  const atlas = { frames, meta: { image: "sprites.png", size: { w: sheet.width, h: sheet.height }, scale: 1 } };
  return new Map([
    ["sprites.png", sheet.toPng()],
    ["sprites.json", `${JSON.stringify(atlas, null, 1)}\n`],
    ["tiles.png", drawTiles()],
    ["tiles.json", `${JSON.stringify(TILE_INDEX, null, 1)}\n`],
    ["logo.png", drawLogo("GASWORKS").toPng()],
    ["favicon.png", sprites.get("rover-down-0").toPng(2)],
  ]);
}
