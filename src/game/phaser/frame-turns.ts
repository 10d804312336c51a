// When a page has time for work that may wait: a share of each frame, and what is left of it when everything is drawn.

/** A time for such work. */
export interface Turn {
  /** How long it may take. */
  readonly ms: number;
  /** Whether it is the frame's own share. Each frame has one; what the browser has left over may be too short for anything. */
  readonly isFrame: boolean;
}

export interface FrameTurnsOptions {
  /** Of each frame, in milliseconds. */
  readonly shareMs: number;
  /** Resolves in the next frame; soon, where none comes. */
  readonly nextFrame: () => Promise<void>;
}

/** What is left free of the time that the browser offers, for work that takes longer than it looked. */
const SPARED_MS = 2;

/** Gives one turn after the other, each when it begins. At most two in a frame: the second only where browsers tell idle time. */
export function frameTurns({ shareMs, nextFrame }: FrameTurnsOptions): () => Promise<Turn> {
  /** A frame that an idle turn came before. */
  let coming: Promise<Turn> | undefined;
  return async () => {
    const waited = coming;
    coming = undefined;
    if (waited !== undefined) return await waited;
    const frame = nextFrame().then((): Turn => ({ ms: shareMs, isFrame: true }));
    const turn = await beforeFrame(frame);
    if (!turn.isFrame) coming = frame;
    return turn;
  };
}

/** The frame, or an idle turn if there is one before. */
function beforeFrame(frame: Promise<Turn>): Promise<Turn> {
  // Safari has none of it.
  if (typeof requestIdleCallback === "undefined") return frame;
  return new Promise((resolve) => {
    let idle: number | undefined = requestIdleCallback((deadline) => {
      idle = undefined;
      resolve({ ms: deadline.timeRemaining() - SPARED_MS, isFrame: false });
    });
    void frame.then((turn) => {
      if (idle !== undefined) cancelIdleCallback(idle);
      resolve(turn);
    });
  });
}
