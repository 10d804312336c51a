// Finds a Chromium and says how to launch it.
import { existsSync } from "node:fs";

const CANDIDATES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** Path of a usable Chromium, or undefined for Playwright's own. */
export function findChromium() {
  const named = process.env.GASWORKS_CHROMIUM;
  if (named) return named;
  return CANDIDATES.find((path) => existsSync(path));
}

/** Playwright launch options that work as root and without a network. */
export function chromiumLaunchOptions() {
  const executablePath = findChromium();
  return {
    ...(executablePath ? { executablePath } : {}),
    args: [
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  };
}
