// The page in which scripts are played: the driver (`../play-in-chromium.ts`) calls what stands here on `window`.

import { withBytes } from "../../../../bench/page/with-bytes.ts";
import type { Script } from "../commands.ts";
import { playScript, type ScriptReport } from "../play-script.ts";

declare global {
  interface Window {
    playScript?: (script: unknown) => Promise<ScriptReport>;
  }
}

window.playScript = (script) => playScript(withBytes(script) as Script);
