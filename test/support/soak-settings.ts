// How many kills the tests of killed processes make: a few in `npm test`, as many as one likes in `npm run soak`.

/** Of Chromium. */
export const BROWSER_KILLS: number = Number(process.env["GASWORKS_BROWSER_KILLS"] ?? 20);

/** Of a process that saves into files. */
export const PROCESS_KILLS: number = Number(process.env["GASWORKS_PROCESS_KILLS"] ?? 50);
