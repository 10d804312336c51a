// Errors in words for a player.

/** What to tell of an error: its message as a sentence. Its code is for the console of the browser. */
export function sentenceOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const sentence = message === "" ? "Something went wrong, and nobody said what" : message;
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
