// Types as a program in AssemblyScript writes them: the compiler says where each is from.

/** Longer ones nobody reads; a hostile source may have names of any length. */
const MAX_TYPE = 200;

const OWN_NAMES: Readonly<Record<string, string>> = { String: "string" };

/** `~lib/array/Array<~lib/string/String>` is `Array<string>`. */
export function writtenType(type: string): string {
  return type
    .slice(0, MAX_TYPE)
    .replace(/[~\w.-]+\/(?=[\w~])/g, "")
    .replace(/\b\w+\b/g, (name) => (Object.hasOwn(OWN_NAMES, name) ? (OWN_NAMES[name] ?? name) : name))
    .replace(/^.*~/, "");
}

const NUMBER = /^(?:[iu](?:8|16|32|64)|[iu]size|f32|f64|bool)$/;

export function isNumber(type: string): boolean {
  return NUMBER.test(type);
}
