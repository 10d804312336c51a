// Bytes that came to a page as text.

/** Data from the driver, its `{ base64 }` objects turned back into bytes. */
export function withBytes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withBytes);
  if (typeof value !== "object" || value === null) return value;
  if ("base64" in value) return Uint8Array.from(atob(String(value.base64)), (letter) => letter.charCodeAt(0));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withBytes(each)]));
}
