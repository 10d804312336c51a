// gasworks serve-compiler: the compile service.

import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { availableParallelism } from "node:os";

import type { Compiler } from "../../../toolchain/index.ts";

import type { ExitCode } from "./command.ts";
import { UsageError } from "./errors.ts";
import { describeWay, openCompiler, wayOf } from "./open-compiler.ts";
import type { StandardStreams } from "./standard-streams.ts";
import { printText } from "./terminal-text.ts";
import { integerOption, type ParsedCommand, seeHelp } from "./usage.ts";

/** Serves until the process is told to end: by SIGINT or SIGTERM. */
export async function serveCompilerCommand(parsed: ParsedCommand, { stderr }: StandardStreams): Promise<ExitCode> {
  if (parsed.files.length > 0) {
    throw new UsageError(
      `Cannot serve ${parsed.files.join(" ")}: sources come from clients; ${seeHelp("serve-compiler")}`,
    );
  }
  const way = wayOf(parsed);
  if (way === "service") throw new UsageError("Cannot serve by another service: expected embedded, native or docker");
  const port = integerOption(parsed, "port", [0, 65_535]) ?? 8_080;
  const perMinute = integerOption(parsed, "per-minute", [1, 1_000_000]);
  const host = parsed.text("host") ?? "127.0.0.1";
  const allowOrigin = parsed.text("allow-origin");
  // An embedded compiler has 230 MB of memory each.
  const count = integerOption(parsed, "compilers", [1, 64]) ?? (way === "embedded" ? 1 : availableParallelism());

  const compilers: Compiler[] = [];
  try {
    for (let index = 0; index < count; index++) compilers.push(await openCompiler(parsed, way));
    // What is missing is said at once, and not to the first client.
    await Promise.all(compilers.map((compiler) => compiler.preload()));
    const { createCompileServer } = await import("../../../toolchain/node.ts");
    const server = createCompileServer({
      compilers,
      toolchain: await describeWay(parsed, way),
      trustProxy: parsed.flag("trust-proxy"),
      ...(perMinute === undefined ? {} : { client: { perMinute } }),
      ...(allowOrigin === undefined ? {} : { allowOrigin }),
    });
    server.listen(port, host);
    await once(server, "listening");
    const { port: actual } = server.address() as AddressInfo;
    printText(stderr, `gasworks: compiling at http://${host.includes(":") ? `[${host}]` : host}:${actual}/ (${way})\n`);
    await new Promise<void>((resolve) => {
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
    server.close();
    server.closeAllConnections();
    return 0;
  } catch (error) {
    if (error instanceof Error && "syscall" in error) {
      throw new UsageError(`Cannot listen at ${host}, port ${port}: ${error.message}`, { cause: error });
    }
    throw error;
  } finally {
    for (const compiler of compilers) compiler[Symbol.dispose]();
  }
}
