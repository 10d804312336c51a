// Finds a Chromium and says how to launch it.

import { findInSystem } from "./system-commands.mjs";

const COMMANDS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * Paths of the system's Chromiums, those in PATH first. They exist; whether they start is not known.
 *
 * @returns {string[]}
 */
export function systemChromiums() {
  return findInSystem(COMMANDS, ELSEWHERE);
}

/**
 * Path of a Chromium: the one that GASWORKS_CHROMIUM names, else the system's, else undefined for Playwright's own.
 *
 * @returns {string | undefined}
 */
export function findChromium() {
  const named = process.env["GASWORKS_CHROMIUM"];
  return named === undefined || named === "" ? systemChromiums()[0] : named;
}

/**
 * Playwright launch options that work as root and without a network.
 *
 * @returns {{ executablePath?: string, args: string[] }}
 */
export function chromiumLaunchOptions() {
  const executablePath = findChromium();
  return {
    ...(executablePath === undefined ? {} : { executablePath }),
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
