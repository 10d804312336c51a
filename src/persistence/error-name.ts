/** What an error is called, whatever was thrown. */
export function nameOf(error: unknown): string {
  return typeof error === "object" && error !== null && "name" in error ? String(error.name) : String(error);
}
