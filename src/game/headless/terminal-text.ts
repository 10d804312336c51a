// Text for the terminal.

import type { ByteSink } from "./standard-streams.ts";

export function printText(sink: ByteSink, text: string): void {
  sink.write(new TextEncoder().encode(text));
}

/** File names and guests' words may hold anything: no line feed and no escape sequence reaches the terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ").trim();
}
