// Plays scripts in a page of a headless Chromium.

import { openChromiumPage, type ChromiumPage } from "../../../bench/chromium-page.ts";
import { withText } from "../../../bench/run-in-chromium.ts";
import type {} from "./page/main.ts";
import type { Script } from "./commands.ts";
import type { ScriptReport } from "./play-script.ts";
import { readScript } from "./read-scripts.ts";
import { brokenReport } from "./report.ts";

/** Reports of the scripts of a directory, in their order. One that takes too long is stopped and has failed. */
export async function playInChromium(
  directory: string,
  names: readonly string[],
  secondsEach: number,
): Promise<ScriptReport[]> {
  const reports: ScriptReport[] = [];
  let opened: ChromiumPage | undefined;
  for (const name of names) {
    opened ??= await openChromiumPage({ html: "test/conformance/suite/page/index.html" });
    const report = await playOne(opened, await readScript(directory, name), secondsEach);
    reports.push(report);
    if (report.failures.some(({ line }) => line !== 0) || report.failures.length === 0) continue;
    await opened[Symbol.asyncDispose]();
    opened = undefined;
  }
  await opened?.[Symbol.asyncDispose]();
  return reports;
}

async function playOne({ page }: ChromiumPage, script: Script, seconds: number): Promise<ScriptReport> {
  const { promise: late, cancel } = timeLimit(seconds);
  const played = page
    .waitForFunction(() => window.playScript !== undefined)
    .then(() =>
      page.evaluate((data) => (window.playScript as NonNullable<Window["playScript"]>)(data), withText(script)),
    );
  try {
    return await Promise.race([played, late]);
  } catch (error) {
    return brokenReport(script.name, String(error));
  } finally {
    cancel();
  }
}

function timeLimit(seconds: number): { readonly promise: Promise<never>; readonly cancel: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const promise = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${seconds} s`)), seconds * 1_000);
  });
  return { promise, cancel: () => clearTimeout(timer) };
}
