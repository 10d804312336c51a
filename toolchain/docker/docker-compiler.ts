// The docker way: the image of this folder, one container for each compile, with nothing of this machine in it.

import { randomBytes } from "node:crypto";
import { execFile } from "node:child_process";

import type { Compiler } from "../compiler.ts";
import { ToolchainError } from "../errors.ts";
import { MAX_WRITTEN_BYTES } from "../native/job-stream.ts";
import { type Launch, type Launcher, ProcessCompiler } from "../native/process-compiler.ts";
import { requireTimeLimit } from "../turns.ts";

export interface DockerCompilerOptions {
  /** Wall-clock time of one compile in milliseconds, with starting the container. @defaultValue 30_000 */
  readonly timeLimitMs?: number;
  /** The image, which has to be there: nothing is pulled. @defaultValue "gasworks-compiler" */
  readonly image?: string;
  /** Where `PATH` and what the docker command reads are from. @defaultValue process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export const DOCKER_IMAGE: string = "gasworks-compiler";

/** Where the image has the C library. */
const IMAGE_SYSROOT = "/gasworks/sysroot";
const CPU_SECONDS = 20;
const QUESTION_LIMIT_MS = 10_000;

/** What the docker command itself needs of the environment. */
const PASSED_ON = [
  "PATH",
  "HOME",
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_CONFIG",
  "DOCKER_CERT_PATH",
  "DOCKER_TLS_VERIFY",
];

/**
 * Creates a compiler that starts a container for each compile. Nothing is looked for before the first `preload()` or
 * `compile()`, which throw `toolchain/unavailable` if there is no engine or no image.
 *
 * @throws RangeError if the time limit is out of its range.
 */
export function createDockerCompiler(options: DockerCompilerOptions = {}): Compiler {
  const { timeLimitMs = 30_000, image = DOCKER_IMAGE, env = process.env } = options;
  requireTimeLimit(timeLimitMs);
  const passedOn = PASSED_ON.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]] as const]));
  return new ProcessCompiler(new DockerLauncher(image, Object.fromEntries(passedOn)), timeLimitMs);
}

/**
 * What comes behind `docker`: no network, nothing to write to but memory, no rights, and a limit on everything.
 *
 * @param name - Of the container.
 */
export function dockerRunArguments(name: string, image: string): readonly string[] {
  return [
    ..."run --rm -i --pull never --network none --ipc none --read-only --user 65534:65534".split(" "),
    ..."--cap-drop ALL --security-opt no-new-privileges --pids-limit 32".split(" "),
    ..."--memory 512m --memory-swap 512m --cpus 1".split(" "),
    ...`--ulimit cpu=${CPU_SECONDS}:${CPU_SECONDS} --ulimit fsize=${MAX_WRITTEN_BYTES}:${MAX_WRITTEN_BYTES}`.split(" "),
    ..."--ulimit core=0:0 --ulimit nofile=128:128".split(" "),
    ..."--tmpfs /tmp:rw,noexec,nosuid,nodev,size=64m,mode=1777 --log-driver none --init --stop-timeout 1".split(" "),
    "--name",
    name,
    image,
  ];
}

class DockerLauncher implements Launcher {
  readonly #image: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor(image: string, env: Readonly<Record<string, string>>) {
    this.#image = image;
    this.#env = env;
  }

  async prepare(): Promise<void> {
    const engine = await this.#docker(["version", "--format", "{{.Server.Version}}"]);
    if (engine !== undefined) {
      throw new ToolchainError("toolchain/unavailable", `Cannot compile with docker: there is no engine (${engine})`);
    }
    const image = await this.#docker(["image", "inspect", "--format", "{{.Id}}", this.#image]);
    if (image !== undefined) {
      throw new ToolchainError(
        "toolchain/unavailable",
        `Cannot compile with docker: there is no image "${this.#image}" (${image}); docs/toolchain.md says how to make it`,
      );
    }
  }

  launch(): Promise<Launch> {
    const name = `gasworks-${randomBytes(8).toString("hex")}`;
    return Promise.resolve({
      command: "docker",
      args: dockerRunArguments(name, this.#image),
      env: this.#env,
      sysroot: IMAGE_SYSROOT,
      // The end of the command is not the end of the container, which may be running or only made.
      kill: () => void this.#docker(["rm", "--force", name]),
    });
  }

  [Symbol.dispose](): void {}

  /** Runs the docker command. @returns Why it failed, in one line; `undefined` if it did not. */
  #docker(args: readonly string[]): Promise<string | undefined> {
    return new Promise((resolve) => {
      execFile("docker", [...args], { env: this.#env, timeout: QUESTION_LIMIT_MS }, (error, _, stderr) =>
        resolve(error === null ? undefined : stderr.trim().split("\n")[0] || error.message),
      );
    });
  }
}
