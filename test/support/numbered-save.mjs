// Saves that show which one they are on every line: a mix of two would be seen. Runs in the browser, and in Node as it is.

import { decodeSave, encodeSave } from "gasworks/persistence";

const LINE_BYTES = 32;

/**
 * @param {number} number
 * @param {number} bytes - About how long; it is not compressed.
 * @param {string} writer - Who saves, where there are several.
 */
export function numberedSave(number, bytes, writer = "") {
  const meta = { name: `${writer}${number}`, tick: number, savedAt: "2026-01-02T03:04:05.000Z" };
  const world = { number, writer, lines: linesOf(number, writer, Math.ceil(bytes / LINE_BYTES)) };
  return { meta, bytes: encodeSave({ meta, world, programs: [], computers: [] }, { compress: false }) };
}

/**
 * Which save these bytes are. Throws unless they are one, whole.
 *
 * @param {Uint8Array} bytes
 */
export function numberOf(bytes) {
  const { world, meta } = decodeSave(bytes);
  const { number, writer, lines } = /** @type {{ number: number, writer: string, lines: string }} */ (world);
  const isWhole = lines === linesOf(number, writer, lines.length / LINE_BYTES);
  if (!isWhole || meta.tick !== number || meta.name !== `${writer}${number}`) {
    throw new Error(`Save ${writer}${number} is mixed with another`);
  }
  return { number, writer };
}

/**
 * @param {number} number
 * @param {string} writer
 * @param {number} count
 */
function linesOf(number, writer, count) {
  return Array.from({ length: count }, (_, line) => `${writer}${number} line ${line}`.padEnd(LINE_BYTES, ".")).join("");
}
