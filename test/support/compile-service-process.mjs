// The process of compile-service.ts: tells its address, and ends with whoever started it.

import { once } from "node:events";

import { createCompileServer, createNodeCompiler } from "gasworks/toolchain/node";

const compiler = createNodeCompiler({ results: false, timeLimitMs: 60_000 });
const server = createCompileServer({
  // Two at once, which is how many workers it has.
  compilers: [compiler, compiler],
  toolchain: "tests",
  queueLength: 10_000,
  cacheBytes: 256 * 1_024 * 1_024,
  client: { perMinute: 1_000_000, atOnce: 10_000 },
});
// A test that computes for long must not find its connection closed under it.
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.once("disconnect", () => process.exit());
process.send?.(server.address());
