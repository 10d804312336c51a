// Runs `SaveEncoder` away from the page. Its only caller is `background-encoder.ts`.

import type { EncodeReply, EncodeRequest } from "./encode-messages.ts";
import { SaveError } from "./errors.ts";
import { PieceCache } from "./piece-cache.ts";
import { SaveEncoder } from "./save-codec.ts";

/** A save under way, and why it will be refused: `finish` tells. */
interface Save {
  readonly encoder: SaveEncoder;
  refusal?: EncodeReply;
}

const saves = new Map<number, Save>();
const pieces = new PieceCache();

addEventListener("message", ({ data }: MessageEvent<EncodeRequest>) => {
  const save = saves.get(data.save) ?? { encoder: new SaveEncoder({ pieces }) };
  saves.set(data.save, save);
  if (data.kind === "add") {
    try {
      save.encoder.addSent(data.computer);
    } catch (error) {
      save.refusal ??= refusal(data.save, error);
    }
    return;
  }
  saves.delete(data.save);
  if (data.kind === "cancel") return;
  const reply = save.refusal ?? finish(save.encoder, data);
  postMessage(reply, { transfer: reply.kind === "encoded" ? [reply.bytes.buffer as ArrayBuffer] : [] });
});

function finish(encoder: SaveEncoder, { save, rest }: EncodeRequest & { readonly kind: "finish" }): EncodeReply {
  try {
    return { kind: "encoded", save, bytes: encoder.finish(rest) };
  } catch (error) {
    return refusal(save, error);
  }
}

function refusal(save: number, error: unknown): EncodeReply {
  const message = error instanceof Error ? error.message : String(error);
  return { kind: "refused", save, code: error instanceof SaveError ? error.code : undefined, message };
}
