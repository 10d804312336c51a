// Shows a generated manual: the headings, paragraphs and tables that its Markdown is made of.

import { element, withCode } from "./element.ts";

export function manualView(markdown: string): HTMLElement {
  const parts = markdown.trim().split(/\n\n+/);
  return element("div", { class: "editor manual", attributes: { tabindex: "0" } }, ...parts.map(partOf));
}

function partOf(text: string): HTMLElement {
  const [, marks, title = ""] = /^(#+) (.*)$/.exec(text) ?? [];
  if (marks !== undefined) return element(marks.length === 1 ? "h2" : "h3", {}, ...withCode(title));
  return text.startsWith("| ") ? tableOf(text.split("\n")) : element("p", {}, ...withCode(text));
}

function tableOf([head = "", , ...rows]: readonly string[]): HTMLElement {
  const row = (line: string, tag: "th" | "td"): HTMLElement =>
    element("tr", {}, ...cellsOf(line).map((cell) => element(tag, {}, ...withCode(cell))));
  return element("table", {}, row(head, "th"), ...rows.map((line) => row(line, "td")));
}

function cellsOf(line: string): string[] {
  return line
    .slice(2, -2)
    .split(/ (?<!\\)\| /)
    .map((cell) => cell.replaceAll("\\|", "|"));
}
