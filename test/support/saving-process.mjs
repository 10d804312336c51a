// Saves one thing after the other into a directory, and tells before and after each: `begin 7`, `saved 7`. Never ends.
// Arguments: the directory, the first number, about how many bytes each.

import { writeSync } from "node:fs";

import { FileStore } from "gasworks/server";

import { numberedSave } from "./numbered-save.mjs";

const [directory = "", first, bytes] = process.argv.slice(2);
const store = new FileStore(directory);
for (let number = Number(first); ; number++) {
  const save = numberedSave(number, Number(bytes));
  // At once, and not when the process gets to it.
  writeSync(1, `begin ${number}\n`);
  await store.write("killed", save.bytes, save.meta);
  writeSync(1, `saved ${number}\n`);
}
