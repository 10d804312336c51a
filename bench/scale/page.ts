// The page in which crowds are measured in Chromium: the driver (`run.ts`) calls what stands here on `window`.

import { withBytes } from "../page/with-bytes.ts";
import { measureCrowd, measureSwitch, type CrowdFigures, type CrowdInput } from "./measure-crowds.ts";

/** What the page offers. Bytes cross as text, see `withBytes()`. */
export interface CrowdPage {
  measureCrowd(input: unknown): Promise<CrowdFigures>;
  /** Lets go of the crowd that was measured last. */
  release(): void;
  measureSwitch(input: unknown): Promise<number>;
}

declare global {
  interface Window {
    gasworksCrowds?: CrowdPage;
  }
}

let release = (): void => {};

window.gasworksCrowds = {
  async measureCrowd(input) {
    const { release: letGo, ...figures } = await measureCrowd(withBytes(input) as CrowdInput);
    release = letGo;
    return figures;
  },
  release: () => release(),
  measureSwitch: (input) => measureSwitch(withBytes(input) as Uint8Array),
};
