// The compiler that a command asks for with --way.

import type { Compiler } from "../../../toolchain/index.ts";

import { UsageError } from "./errors.ts";
import { choiceOption, type ParsedCommand } from "./usage.ts";

export const WAYS = ["embedded", "native", "docker", "service"] as const;

export type Way = (typeof WAYS)[number];

/** The way that --way says; without it the service, where --service says one, else the embedded. @throws {UsageError} */
export function wayOf(parsed: ParsedCommand): Way {
  const service = parsed.text("service");
  const way = choiceOption(parsed, "way", WAYS) ?? (service === undefined ? "embedded" : "service");
  if (way === "service" && service === undefined) {
    throw new UsageError("Cannot compile by a service: expected its URL as --service");
  }
  if (service !== undefined && !URL.canParse(service)) {
    throw new UsageError(`Cannot use "${service}" as --service: expected a URL`);
  }
  return way;
}

/**
 * @throws {UsageError} for a way that there is not.
 * @throws {ToolchainError} if the compiler is missing.
 */
export async function openCompiler(parsed: ParsedCommand, way: Way = wayOf(parsed)): Promise<Compiler> {
  const { createCompiler } = await import("../../../toolchain/node.ts");
  const directory = parsed.text("directory");
  const from = directory === undefined ? {} : { directory };
  switch (way) {
    case "embedded":
      return createCompiler({ way, ...from });
    case "native":
      return createCompiler({ way, ...from });
    case "docker":
      return createCompiler({ way });
    case "service":
      return createCompiler({ way, url: parsed.text("service") ?? "" });
    default:
      return way satisfies never;
  }
}

/** What compiles by a way that works, in a few words. */
export async function describeWay(parsed: ParsedCommand, way: Way): Promise<string> {
  const { DOCKER_IMAGE, findNativeTools } = await import("../../../toolchain/node.ts");
  switch (way) {
    case "embedded":
      return "clang as WebAssembly in a worker thread";
    case "native": {
      const { found, bubblewrap } = await findNativeTools();
      const sandbox =
        bubblewrap.path === undefined ? `without a sandbox: ${bubblewrap.reason}` : "in a sandbox of bubblewrap";
      return `${found?.version}, ${found?.clang}, ${sandbox}`;
    }
    case "docker":
      return `the image ${DOCKER_IMAGE}`;
    case "service":
      return parsed.text("service") ?? "";
    default:
      return way satisfies never;
  }
}
