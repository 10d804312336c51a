// The sections of a module, for comparing two modules piece by piece.

import { Buffer } from "node:buffer";

const NAMES = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
];

/** Section names to contents in hexadecimal; custom sections by their own names. */
export function sectionsOf(module: Uint8Array): ReadonlyMap<string, string> {
  const sections = new Map<string, string>();
  let at = 8;
  const readUint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = module[at++] ?? 0;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < module.length) {
    const id = module[at++] ?? 0;
    const end = readUint() + at;
    let name = NAMES[id] ?? `section ${id}`;
    if (id === 0) {
      const length = readUint();
      name = Buffer.from(module.subarray(at, at + length)).toString();
      at += length;
    }
    sections.set(name, Buffer.from(module.subarray(at, end)).toString("hex"));
    at = end;
  }
  return sections;
}
