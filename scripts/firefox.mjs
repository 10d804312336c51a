// Finds a Firefox.

import { findInSystem } from "./system-commands.mjs";

const COMMANDS = ["firefox-esr", "firefox"];

const ELSEWHERE = [
  "/Applications/Firefox.app/Contents/MacOS/firefox",
  "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
];

/**
 * Paths of the system's Firefoxes, those in PATH first. They exist; whether they start is not known.
 *
 * @returns {string[]}
 */
export function systemFirefoxes() {
  return findInSystem(COMMANDS, ELSEWHERE);
}

/**
 * Path of a Firefox: the one that GASWORKS_FIREFOX names, else the system's, else undefined.
 *
 * @returns {string | undefined}
 */
export function findFirefox() {
  const named = process.env["GASWORKS_FIREFOX"];
  return named === undefined || named === "" ? systemFirefoxes()[0] : named;
}
