// Prepares modules in a Web Worker, so that the page goes on drawing meanwhile.

import type { Preparer } from "./preparer.ts";

export interface BrowserPreparerOptions {
  /** Longest that one module may take, in milliseconds. @defaultValue 30_000 */
  readonly deadlineMs?: number;
}

export declare function createBrowserPreparer(options?: BrowserPreparerOptions): Preparer;
