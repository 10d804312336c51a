// Serves test/e2e/saving-page, always under the same address, and hears what its pages tell.

import { createReadStream } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { basename, extname, join } from "node:path";

import { SAVING_PAGE } from "./build-pages.ts";

/** What a page tells. */
export type Told =
  /** What was in the slot when the page came. */
  | { readonly kind: "found"; readonly number: number | undefined; readonly damaged: readonly number[] }
  | { readonly kind: "begin"; readonly number: number }
  | { readonly kind: "saved"; readonly number: number }
  | { readonly kind: "failed"; readonly message: string };

export interface SavingServer extends AsyncDisposable {
  readonly port: number;
  /** Hears of everything from now on; one at a time. */
  listen(listener: (told: Told) => void): void;
}

const TYPES: Readonly<Record<string, string>> = { ".html": "text/html", ".js": "text/javascript" };

export async function openSavingServer(): Promise<SavingServer> {
  let listener: (told: Told) => void = () => {};
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname === "/told") {
      let body = "";
      request.on("data", (part: Buffer) => (body += part.toString()));
      request.on("end", () => {
        listener(JSON.parse(body) as Told);
        response.end();
      });
      return;
    }
    const folder = pathname.startsWith("/assets/") ? join(SAVING_PAGE, "assets") : SAVING_PAGE;
    const name = basename(pathname) || "index.html";
    response.setHeader("content-type", TYPES[extname(name)] ?? "application/octet-stream");
    createReadStream(join(folder, name))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    listen: (next) => void (listener = next),
    [Symbol.asyncDispose]: () => closed(server),
  };
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
