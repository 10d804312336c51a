// The table of tests in docs/assurance.md names tests that there are.

import { readFile } from "node:fs/promises";

import { describe, expect, it } from "vitest";

const ROOT = new URL("../../", import.meta.url);

const document = await readFile(new URL("docs/assurance.md", ROOT), "utf8");
const [, table = ""] = document.split("### What others got wrong");
const rows = [...table.matchAll(/^\| (.+) \| `(test\/[^`]+)`.* \|$/gm)].map(([, name = "", file = ""]) => ({
  name,
  file,
}));

describe("the table of tests in docs/assurance.md", () => {
  it("is one", () => {
    expect(rows.length).toBeGreaterThan(10);
  });

  it.each(rows)("$name stands in $file", async ({ name, file }) => {
    const source = (await readFile(new URL(file, ROOT), "utf8")).replaceAll("\\`", "`");
    expect(source).toMatch(new RegExp(`(it|describe)\\(\\s*["'\`]${escaped(name)}`));
  });
});

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
