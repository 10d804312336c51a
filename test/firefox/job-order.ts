// What the test and the page in Firefox say to each other, as JSON. Byte arrays are objects with their base64.

/** Where the page does a job. */
export type JobThread = "page" | "worker";

export interface JobOrder {
  readonly name: string;
  readonly input: unknown;
  readonly thread: JobThread;
}

/** A replacer for `JSON.stringify`, in Node. */
export function bytesToJson(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString("base64") } : value;
}

/** A reviver for `JSON.parse`, in the page. */
export function bytesFromJson(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("base64" in value)) return value;
  return Uint8Array.from(atob(String(value.base64)), (char) => char.charCodeAt(0));
}
