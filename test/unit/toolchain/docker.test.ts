// The docker way. Where there is no engine, everything but the engine: the files, the command line by docker's own parser,
// and the stream, with the image's script run on this machine under the image's limits.

import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import {
  createCompiler,
  createNodeCompiler,
  dockerRunArguments,
  findNativeTools,
  packSysroot,
} from "gasworks/toolchain/node";
import { validate, ValidationSeverity } from "dockerfile-utils";
import { beforeAll, describe, expect, it, vi } from "vitest";

import { ROOT } from "../../support/source-files.ts";
import { temporaryDirectory } from "../../support/temporary-directory.ts";
import { whyNoBubblewrap, whyNoClang22 } from "../../support/toolchain-ways.ts";
import { sectionsOf } from "../../support/wasm-sections.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const FOLDER = join(ROOT, "toolchain", "docker");
const HELLO = { "main.c": '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n' };

/** One instruction of a Dockerfile, its continued lines joined. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

function instructionsOf(text: string): readonly Instruction[] {
  return text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\n/g, " ")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const [, name = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      return { name, rest: rest.trim() };
    });
}

const dockerfile = readFileSync(join(FOLDER, "Dockerfile"), "utf8");
const instructions = instructionsOf(dockerfile);
const stages: readonly Instruction[][] = instructions.reduce<Instruction[][]>(
  (found, each) =>
    each.name === "FROM" ? [...found, [each]] : [...found.slice(0, -1), [...(found.at(-1) ?? []), each]],
  [],
);
const stage = (name: string): readonly Instruction[] =>
  stages.find(([from]) => from?.rest.endsWith(` AS ${name}`)) ?? [];

describe("toolchain/docker/Dockerfile", () => {
  it("pleases the linter", () => {
    const severity = ValidationSeverity.WARNING;
    const complaints = validate(dockerfile, {
      deprecatedMaintainer: severity,
      directiveCasing: severity,
      emptyContinuationLine: severity,
      instructionCasing: severity,
      instructionCmdMultiple: severity,
      instructionEntrypointMultiple: severity,
      instructionHealthcheckMultiple: severity,
      instructionJSONInSingleQuotes: severity,
      instructionWorkdirRelative: severity,
    });
    expect(complaints.map(({ message, range }) => ({ line: range.start.line + 1, message }))).toEqual([]);
    expect(validate("FORM node\n")).not.toEqual([]);
  });

  it("comes from the SDK of the embedded compiler's version, by its tag, and from stages before", () => {
    const names = new Set<string>();
    for (const [from] of stages) {
      const [, image = "", name = ""] = /^(\S+) AS (\S+)$/.exec(from?.rest ?? "") ?? [];
      expect(names.has(image) || /:[\w.-]+$/.test(image), image).toBe(true);
      expect(image).not.toMatch(/:latest$|@sha256/);
      names.add(name);
    }
    expect(stage("sdk")[0]?.rest).toBe("ghcr.io/webassembly/wasi-sdk:wasi-sdk-33 AS sdk");
  });

  it.each(["compiler", "service"])("runs the %s as nobody, by a command without a shell", (name) => {
    const own = stage(name);
    expect(own.filter(({ name: each }) => each === "USER").at(-1)?.rest).toBe("65534:65534");
    for (const { rest } of own.filter(({ name: each }) => each === "ENTRYPOINT" || each === "CMD")) {
      expect(JSON.parse(rest)).toEqual(expect.arrayContaining([expect.any(String)]));
    }
    // Whatever needs rights comes before.
    const after = own.slice(own.findIndex(({ name: each }) => each === "USER")).map(({ name: each }) => each);
    expect(after).not.toContain("RUN");
    expect(after).not.toContain("COPY");
  });

  it("copies what there is in a checkout", () => {
    const sources = instructions
      .filter(({ name, rest }) => name === "COPY" && !rest.startsWith("--from="))
      .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
    expect(sources).toContain("toolchain/native/compile.sh");
    expect(sources.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    const ignored = readFileSync(join(FOLDER, "Dockerfile.dockerignore"), "utf8").split("\n");
    expect(sources.filter((path) => ignored.includes(path.split("/")[0] ?? ""))).toEqual([]);
  });

  it("runs scripts that there are, with the arguments that they take", async () => {
    const run = stage("package").find(({ name }) => name === "RUN")?.rest ?? "";
    expect(existsSync(join(ROOT, /node (scripts\/\S+\.mjs) \/sysroot /.exec(run)?.[1] ?? "nothing"))).toBe(true);
    const { status, stdout } = spawnSync("node", ["scripts/pack-sysroot.mjs", file("packed")], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect({ status, stdout }).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^sysroot-c\.tar: \d+ bytes\n$/),
    });
    const [, ...command] = JSON.parse(
      stage("service").find(({ name }) => name === "ENTRYPOINT")?.rest ?? "[]",
    ) as string[];
    expect(existsSync(join(ROOT, command[0] ?? ""))).toBe(true);
    const help = spawnSync("node", [...command.slice(0, 2), "--help"], { cwd: ROOT, encoding: "utf8" });
    for (const option of command.filter((word) => word.startsWith("--"))) expect(help.stdout).toContain(option);
  });
});

describe("toolchain/docker/docker-compose.yml", () => {
  const text = readFileSync(join(FOLDER, "docker-compose.yml"), "utf8");

  it("builds the service of the Dockerfile, and gives it no right, no disk and no more than its share", () => {
    for (const line of [
      "target: service",
      "dockerfile: toolchain/docker/Dockerfile",
      "read_only: true",
      'user: "65534:65534"',
      "cap_drop:\n      - ALL",
      "no-new-privileges:true",
    ]) {
      expect(text).toContain(line);
    }
    for (const limit of ["pids_limit", "mem_limit", "memswap_limit", "cpus"])
      expect(text).toMatch(new RegExp(`^    ${limit}: \\S`, "m"));
    expect(text).not.toMatch(/docker\.sock|privileged: true|volumes:|network_mode/);
    expect(text).toContain('"127.0.0.1:8080:8080"');
  });
});

const file = temporaryDirectory();
const engine = spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], { encoding: "utf8" });
const whyNoEngine =
  engine.status === 0 ? undefined : `There is no docker engine here: ${(engine.stderr ?? "no docker command").trim()}`;

describe("docs/toolchain.md", () => {
  const text = readFileSync(join(ROOT, "docs", "toolchain.md"), "utf8");

  it("shows the command that starts a container", () => {
    const command = /^docker run [\s\S]*?<job\.tar/m.exec(text)?.[0].replace(/\\\n\s*/g, "");
    const shown = command?.split(" ").slice(1, -1);
    expect(shown).toEqual(dockerRunArguments("gasworks-0123456789abcdef", "gasworks-compiler"));
  });

  it("shows commands that build stages of the Dockerfile, and start the compose file", () => {
    const builds = [...text.matchAll(/^docker build -f (\S+) --target (\S+) -t (\S+) \.$/gm)];
    expect(builds.length).toBeGreaterThan(0);
    for (const [, path = "", target = ""] of builds) {
      expect(existsSync(join(ROOT, path))).toBe(true);
      expect(stage(target)).not.toEqual([]);
    }
    expect(existsSync(join(ROOT, /^docker compose -f (\S+) up$/m.exec(text)?.[1] ?? "nothing"))).toBe(true);
  });
});

describe("the docker way", () => {
  it("gives docker options that it knows", ({ skip }) => {
    if (engine.error !== undefined) return skip("There is no docker command here");
    const { status, stderr } = spawnSync("docker", [...dockerRunArguments("gasworks-test", "gasworks-no-such-image")], {
      encoding: "utf8",
    });
    // 125 is docker's own failure: no engine, or no such image. An option that it does not know is named.
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/Cannot connect|No such image|Unable to find image/);
    expect(stderr).not.toMatch(/unknown|invalid/i);
  });

  it("says that there is no engine, or no docker", async () => {
    using none = createCompiler({ way: "docker", env: { PATH: file("nothing") } });
    await expect(none.compile(HELLO)).rejects.toMatchObject({ code: "toolchain/unavailable" });
    using unreachable = createCompiler({
      way: "docker",
      env: { PATH: process.env["PATH"], DOCKER_HOST: `unix://${file("no.sock")}` },
    });
    await expect(unreachable.compile(HELLO)).rejects.toThrow(/^Cannot compile with docker: there is no engine/);
  });

  it("compiles in a container what the embedded way compiles", async ({ skip }) => {
    if (whyNoEngine !== undefined) return skip(whyNoEngine);
    const image = spawnSync("docker", ["image", "inspect", "gasworks-compiler"]);
    if (image.status !== 0) return skip("The image gasworks-compiler is not built here");
    using compiler = createCompiler({ way: "docker" });
    using embedded = createNodeCompiler({ timeLimitMs: 60_000 });
    const { wasm } = await compiler.compile(HELLO);
    const { wasm: expected } = await embedded.compile(HELLO);
    expect(sectionsOf(wasm ?? new Uint8Array()).get("code")).toBe(sectionsOf(expected ?? new Uint8Array()).get("code"));
  });
});

describe("the docker way, its image's script run by bubblewrap,", () => {
  const missing = whyNoClang22 ?? whyNoBubblewrap;
  const log = (): string => readFileSync(file("docker.log"), "utf8");

  // A docker command that knows `version`, `image` and `run`: it runs the image's script in a sandbox with what the image
  // has, under the limits that it is told.
  beforeAll(async () => {
    if (missing !== undefined) return;
    const { found, bubblewrap } = await findNativeTools();
    mkdirSync(file("bin"));
    await packSysroot(file("sysroot"));
    mkdirSync(file("sysroot/files"));
    spawnSync("tar", ["-xf", file("sysroot/sysroot-c.tar"), "-C", file("sysroot/files")]);
    const [entry = ""] = stage("compiler").flatMap(({ name, rest }) => (name === "ENTRYPOINT" ? [rest] : []));
    const command = (JSON.parse(entry) as string[]).join(" ");
    writeFileSync(
      file("bin/docker"),
      `#!/bin/sh
echo "$@" >>${file("docker.log")}
[ "$1" = run ] || exit 0
exec ${bubblewrap.path} --unshare-all --die-with-parent --cap-drop ALL --uid 65534 --gid 65534 --clearenv \\
  --ro-bind /usr /usr --symlink usr/bin /bin --symlink usr/lib /lib --symlink usr/lib64 /lib64 --dev /dev \\
  --size 67108864 --tmpfs /tmp --tmpfs /gasworks --ro-bind ${join(ROOT, "toolchain/native/compile.sh")} /gasworks/compile.sh \\
  --ro-bind ${join(ROOT, "toolchain/native/flags.sh")} /gasworks/flags.sh --ro-bind ${file("sysroot/files")} /gasworks/sysroot \\
  --setenv PATH /usr/bin --setenv CLANG ${found?.clang} --setenv LINKER ${found?.linker} \\
  --setenv SYSROOT /gasworks/sysroot --setenv ASSEMBLER yes --chdir /tmp ${command}
`,
    );
    chmodSync(file("bin/docker"), 0o755);
  });

  const create = (timeLimitMs = 60_000) =>
    createCompiler({ way: "docker", timeLimitMs, env: { PATH: `${file("bin")}:${process.env["PATH"]}` } });

  it("sends sources in and takes programs and messages out, as the embedded way", async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    using compiler = create();
    using embedded = createNodeCompiler({ timeLimitMs: 60_000 });
    for (const sources of [
      HELLO,
      { "main.c": "int main(void) { return x; }" },
      { "main.c": "int f(void);\nint main(void) { return f(); }" },
    ]) {
      const own = await compiler.compile(sources, { build: "fast" });
      const other = await embedded.compile(sources, { build: "fast" });
      expect(own.diagnostics).toEqual(other.diagnostics);
      const [found, expected] = [own, other].map(({ wasm }) => wasm && sectionsOf(wasm).get("code"));
      expect(found).toBe(expected);
    }
    const [run = ""] = log()
      .split("\n")
      .filter((line) => line.startsWith("run "));
    expect(run).toContain("--network none");
    expect(run.endsWith(" gasworks-compiler")).toBe(true);
  });

  it("removes the container where the time is up", async ({ skip }) => {
    if (missing !== undefined) return skip(missing);
    using compiler = create(1);
    await expect(compiler.compile(HELLO)).rejects.toMatchObject({ code: "toolchain/timeout" });
    // The line is written by another process.
    await vi.waitFor(() => expect(log()).toMatch(/^rm --force gasworks-[0-9a-f]{16}$/m), 10_000);
  });

  it.for(["/etc/passwd", "/dev/stdin", "/gasworks/compile.sh"])("lets no source include %s", async (path, { skip }) => {
    if (missing !== undefined) return skip(missing);
    using compiler = create();
    const { wasm, diagnostics } = await compiler.compile({ "main.c": `#include "${path}"\n` });
    expect(wasm).toBeUndefined();
    expect(diagnostics.map(({ message }) => message)).toEqual([`'${path}' file not found`]);
  });
});
