// A Chromium of its own, with a folder for what it keeps, that can be killed as a machine that stops kills it.

import { spawn } from "node:child_process";
import { once } from "node:events";

import { chromium } from "playwright";

import { chromiumLaunchOptions } from "../../../scripts/chromium.mjs";

export interface KillableChromium {
  /** Kills all its processes at once, and waits until they are gone. */
  kill(): Promise<void>;
}

/** @param userDataDir - Where it keeps everything. */
export function startChromium(userDataDir: string, url: string): KillableChromium {
  const { executablePath = chromium.executablePath(), args } = chromiumLaunchOptions();
  const browser = spawn(
    executablePath,
    [
      ...args,
      "--headless",
      "--disable-gpu",
      "--disable-extensions",
      "--disable-breakpad",
      "--disable-default-apps",
      "--no-default-browser-check",
      "--noerrdialogs",
      `--user-data-dir=${userDataDir}`,
      url,
    ],
    // A process group of its own: its children die with it.
    { detached: true, stdio: "ignore" },
  );
  const gone = once(browser, "exit");
  return {
    kill: async () => {
      if (browser.pid !== undefined && browser.exitCode === null) process.kill(-browser.pid, "SIGKILL");
      await gone;
    },
  };
}
