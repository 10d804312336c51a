// Runs `prepareModule` away from the page. Its only caller is `browser-preparer.ts`.

import { prepareModule, VmError } from "../../vm/index.ts";
import type { PrepareReply, PrepareRequest } from "./prepare-messages.ts";

addEventListener("message", (event: MessageEvent<PrepareRequest>) => {
  void answer(event.data).then((reply) => postMessage(reply));
});

async function answer({ wasm, policy, options }: PrepareRequest): Promise<PrepareReply> {
  try {
    return { kind: "prepared", module: await prepareModule(wasm, policy, options) };
  } catch (error) {
    if (error instanceof VmError) {
      return { kind: "refused", code: error.code, message: error.message, offset: error.offset };
    }
    return { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }
}
