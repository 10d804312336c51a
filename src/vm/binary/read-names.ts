// The name section: what functions and globals are called in the source. It is read on the side; the engine never sees it.
// Reference: WebAssembly core specification, appendix "Name section".

import { customSections, sectionNamed } from "./custom-sections.ts";
import type { ByteReader } from "./byte-reader.ts";

/** Names by index in the module, imports included. */
export interface ModuleNames {
  readonly functions: ReadonlyMap<number, string>;
  readonly globals: ReadonlyMap<number, string>;
}

const FUNCTION_NAMES = 1;
const GLOBAL_NAMES = 7;

/**
 * Reads the names that a module carries; none if it has no name section. Names may hold any characters.
 *
 * @throws {VmError} `vm/module-malformed` if the section is damaged.
 */
export function readNames(bytes: Uint8Array): ModuleNames {
  const section = sectionNamed(customSections(bytes), "name");
  let functions: ReadonlyMap<number, string> = new Map();
  let globals: ReadonlyMap<number, string> = new Map();
  while (section !== undefined && !section.done) {
    const id = section.byte();
    const part = section.part(section.u32());
    if (id === FUNCTION_NAMES) functions = nameMap(part);
    else if (id === GLOBAL_NAMES) globals = nameMap(part);
  }
  return { functions, globals };
}

function nameMap(r: ByteReader): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  // An entry takes two bytes at least, so a count that lies ends at the end of the bytes.
  for (let left = r.u32(); left > 0; left--) {
    const index = r.u32();
    names.set(index, r.name());
  }
  return names;
}
