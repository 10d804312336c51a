// WebAssembly text to bytes, in Node and in pages.

import wabt from "wabt";

/**
 * Assembles a module. All instructions that wabt knows are on; names are dropped.
 *
 * @throws {Error} with the line of the mistake.
 */
export async function assembleWat(text: string): Promise<Uint8Array> {
  const tools = await wabt();
  const parsed = tools.parseWat("guest.wat", text, {
    sign_extension: true,
    sat_float_to_int: true,
    mutable_globals: true,
    multi_value: true,
    bulk_memory: true,
    reference_types: true,
    simd: true,
    tail_call: true,
  });
  try {
    parsed.resolveNames();
    parsed.validate();
    // A copy of its own: wabt gives a view of its heap.
    return new Uint8Array(parsed.toBinary({}).buffer);
  } finally {
    parsed.destroy();
  }
}

/** Assembles guests, each under its name. */
export async function assembleAll(
  guests: readonly { readonly name: string; readonly wat: string }[],
): Promise<Record<string, Uint8Array>> {
  return Object.fromEntries(
    await Promise.all(guests.map(async ({ name, wat }) => [name, await assembleWat(wat)] as const)),
  );
}
