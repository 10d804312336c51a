import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import packageJson from "../../package.json" with { type: "json" };
import { blocks, namedBlocks } from "../support/markdown.ts";
import { ROOT } from "../support/source-files.ts";

interface Document {
  readonly path: string;
  readonly text: string;
}

const documents: Document[] = [
  "README.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(ROOT, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));

const readme = documents.find(({ path }) => path === "README.md")?.text ?? "";

/** Commands that a document tells people to type and that package.json does not have. */
function unknownCommands({ path, text }: Document): string[] {
  const scripts = new Set([...Object.keys(packageJson.scripts), "ci", "install", "pack"]);
  const named = text.matchAll(/\bnpm (?:run )?([a-z][\w:-]*)/g);
  return [...named].flatMap(([command, script = ""]) => (scripts.has(script) ? [] : [`${path}: ${command}`]));
}

/** Links of a document to files that are not there. */
function brokenLinks({ path, text }: Document): string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map(([, target = ""]) => target);
  return links
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(ROOT, dirname(path), target)))
    .map((target) => `${path}: ${target}`);
}

describe.each(documents)("$path", (document) => {
  it("names only commands that exist", () => {
    expect(unknownCommands(document)).toEqual([]);
  });

  it("links only to files that exist", () => {
    expect(brokenLinks(document)).toEqual([]);
  });
});

describe("README.md", () => {
  // Inside the checkout, so that the package's own name is found, and outside of every project.
  const folder = join(ROOT, "dist", "readme-is-true");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("names the two commands, and they are there", () => {
    expect(readme).toMatch(/^npm start /m);
    expect(readme).toMatch(/^npm test /m);
    expect(packageJson.scripts).toMatchObject({ start: "node scripts/start.mjs", test: "node scripts/test.mjs" });
  });

  it("names the test command that CI runs, and CI runs nothing else", () => {
    const commands = readFileSync(join(ROOT, ".ci/run"), "utf8")
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#") && !/^(set|cd) /.test(line));
    expect(commands).toEqual(["npm test"]);
  });

  it("asks for the Node that package.json asks for", () => {
    expect(readme).toContain(`Node ${packageJson.engines.node.replace(">=", "")} or newer`);
  });

  it("and the documents of the plugin and of mods show TypeScript that compiles", { timeout: 240_000 }, () => {
    const paths = ["README.md", "docs/plugin.md", "docs/modding.md"];
    const snippets = paths.flatMap((path) => [
      ...namedBlocks(documents.find((document) => document.path === path)?.text ?? ""),
    ]);
    expect(snippets.length).toBeGreaterThan(5);
    mkdirSync(folder, { recursive: true });
    for (const [name, snippet] of snippets) writeFileSync(join(folder, name), snippet);
    const options = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      target: "es2023",
      module: "nodenext",
      lib: ["es2023", "esnext.disposable", "dom"],
      types: [],
      allowImportingTsExtensions: true,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, include: ["*.ts"] }));
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder], { cwd: ROOT, encoding: "utf8" });
    expect(stdout).toBe("");
  });

  it("shows commands that work, one after the other", { timeout: 240_000 }, () => {
    const commands = blocks(readme, "sh").flatMap((block) => block.match(/^npx gasworks .*$/gm) ?? []);
    expect(commands.length).toBeGreaterThan(3);
    const directory = mkdtempSync(join(tmpdir(), "gasworks-"));
    try {
      writeFileSync(
        join(directory, "program.c"),
        '#include <stdio.h>\nint main(void) { for (int i = 0; i < 5000; ++i) printf("%d\\n", i); return 0; }\n',
      );
      for (const command of commands) {
        const args = command.split(/\s+/).slice(2);
        const { status, stderr } = spawnSync(process.execPath, [join(ROOT, packageJson.bin.gasworks), ...args], {
          cwd: directory,
          encoding: "utf8",
        });
        expect({ command, status, stderr }).toEqual({ command, status: 0, stderr: "" });
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

describe("the checks of documents", () => {
  it("find a command that does not exist", () => {
    const text = "Use `npm run fly` or npm test.";
    expect(unknownCommands({ path: "a.md", text })).toEqual(["a.md: npm run fly"]);
  });

  it("find a link to nowhere", () => {
    const text = "[a](docs/nowhere.md#there) [b](https://phaser.io) [c](README.md)";
    expect(brokenLinks({ path: "a.md", text })).toEqual(["a.md: docs/nowhere.md"]);
  });
});
