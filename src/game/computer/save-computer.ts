import type { JsonValue, SavedComputer, SavedProgram } from "../../persistence/index.ts";
import type { Snapshot } from "../../vm/index.ts";
import { encodeState, type SavedState } from "./saved-state.ts";

/** What a save has of a program. */
export interface CapturedProgram extends Omit<SavedProgram, "sources"> {
  readonly sources: SavedProgram["sources"] | undefined;
}

/** What a computer is made of when it is saved. */
export interface CapturedComputer {
  readonly id: string;
  readonly program: CapturedProgram | undefined;
  readonly snapshot: Snapshot | undefined;
  readonly state: Omit<SavedState, "ownSources">;
}

/** What was saved, without the players' files. */
export function withoutSources({ state, ...saved }: SavedComputer): SavedComputer {
  return { ...saved, state: { ...(state as { readonly [key: string]: JsonValue }), ownSources: null } };
}

/** A computer in a save; its program goes to `programs`, once for all computers that run it. */
export function saveComputer(
  { id, program, snapshot, state }: CapturedComputer,
  programs: Map<string, SavedProgram>,
): SavedComputer {
  const saved = program === undefined ? undefined : keepProgram(programs, program);
  // The same wasm may come from other sources: another comment, another name.
  const isOwn =
    saved?.sources !== program?.sources && JSON.stringify(saved?.sources) !== JSON.stringify(program?.sources);
  return {
    id,
    programHash: program?.hash ?? null,
    snapshot: snapshot ?? null,
    state: encodeState({ ...state, ownSources: isOwn ? { sources: program?.sources } : undefined }),
  };
}

function keepProgram(programs: Map<string, SavedProgram>, { hash, wasm, sources }: CapturedProgram): SavedProgram {
  const known = programs.get(hash);
  if (known !== undefined) return known;
  const saved = { hash, wasm: wasm.slice(), ...(sources === undefined ? {} : { sources }) };
  programs.set(hash, saved);
  return saved;
}
