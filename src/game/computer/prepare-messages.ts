// What the page and the preparing worker say to each other.

import type { GuestModule, ImportPolicy, PrepareOptions, VmErrorCode } from "../../vm/index.ts";

/** From the page. One at a time: the next one is sent after the answer. */
export interface PrepareRequest {
  readonly wasm: Uint8Array;
  readonly policy: ImportPolicy;
  readonly options: PrepareOptions;
}

/** From the worker. */
export type PrepareReply =
  | { readonly kind: "prepared"; readonly module: GuestModule }
  | {
      readonly kind: "refused";
      readonly code: VmErrorCode;
      readonly message: string;
      readonly offset: number | undefined;
    }
  /** Something else was thrown: the worker is not to be used again. */
  | { readonly kind: "failed"; readonly message: string };
