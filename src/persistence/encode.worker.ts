// Runs `SaveEncoder` away from the page. Its only caller is `background-encoder.ts`.

import type { EncodeReply, EncodeRequest } from "./encode-messages.ts";
import { SaveError } from "./errors.ts";
import { PieceCache } from "./piece-cache.ts";
import { SaveEncoder } from "./save-codec.ts";
import type { SavedProgram } from "./save-game.ts";

/** A save under way, and why it will be refused: `finish` tells. */
interface Save {
  readonly encoder: SaveEncoder;
  /** Those that have come, by hash. */
  readonly programs: Map<string, SavedProgram>;
  refusal?: EncodeReply;
}

const saves = new Map<number, Save>();
const pieces = new PieceCache();

addEventListener("message", ({ data }: MessageEvent<EncodeRequest>) => {
  const save: Save = saves.get(data.save) ?? { encoder: new SaveEncoder({ pieces }), programs: new Map() };
  saves.set(data.save, save);
  if (data.kind === "add" || data.kind === "program") {
    try {
      take(save, data);
    } catch (error) {
      save.refusal ??= refusal(data.save, error);
    }
    return;
  }
  saves.delete(data.save);
  if (data.kind === "cancel") return;
  const reply = save.refusal ?? finish(save, data);
  postMessage(reply, { transfer: reply.kind === "encoded" ? [reply.bytes.buffer as ArrayBuffer] : [] });
});

function take({ encoder, programs }: Save, request: EncodeRequest & { readonly kind: "add" | "program" }): void {
  if (request.kind === "add") {
    for (const computer of request.computers) encoder.addSent(computer);
    return;
  }
  programs.set(request.program.hash, request.program);
  encoder.addProgram(request.program);
}

function finish({ encoder, programs }: Save, { save, rest }: EncodeRequest & { readonly kind: "finish" }): EncodeReply {
  try {
    const all = rest.programs.map((one) => (typeof one === "string" ? (programs.get(one) as SavedProgram) : one));
    return { kind: "encoded", save, bytes: encoder.finish({ ...rest, programs: all }) };
  } catch (error) {
    return refusal(save, error);
  }
}

function refusal(save: number, error: unknown): EncodeReply {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "refused", save, code: error instanceof SaveError ? error.code : undefined, message };
}
