// What the page and the encoding worker say to each other.

import type { SentComputer } from "./computer-groups.ts";
import type { SaveErrorCode } from "./errors.ts";
import type { SavedProgram, SaveSource } from "./save-game.ts";

/** From the page. `save` is a number for each save. */
export type EncodeRequest =
  | { readonly kind: "program"; readonly save: number; readonly program: SavedProgram }
  | { readonly kind: "add"; readonly save: number; readonly computers: readonly SentComputer[] }
  | {
      readonly kind: "finish";
      readonly save: number;
      /** Of programs that were sent before, their hashes. */
      readonly rest: Omit<SaveSource, "computers" | "programs"> & {
        readonly programs: readonly (SavedProgram | string)[];
      };
    }
  | { readonly kind: "cancel"; readonly save: number };

/** From the worker, one for each `finish`. */
export type EncodeReply =
  | { readonly kind: "encoded"; readonly save: number; readonly bytes: Uint8Array }
  /** Without a code, what was thrown is no `SaveError`. */
  | {
      readonly kind: "refused";
      readonly save: number;
      readonly code: SaveErrorCode | undefined;
      readonly message: string;
    };
