// Enough of a page for Phaser HEADLESS under happy-dom: import it before "phaser". Nothing is drawn.

/** Answers every drawing call with nothing, and every question about pixels or text with something plausible. */
function createFakeContext(): unknown {
  const context: Record<PropertyKey, unknown> = {
    getImageData: (_x: number, _y: number, width: number, height: number) => ({
      data: new Uint8ClampedArray(Math.max(4, width * height * 4)),
    }),
    measureText: (text: string) => ({
      width: text.length * 6,
      actualBoundingBoxAscent: 8,
      actualBoundingBoxDescent: 2,
    }),
  };
  return new Proxy(context, { get: (target, key) => (key in target ? target[key] : () => undefined) });
}

const context = createFakeContext();
HTMLCanvasElement.prototype.getContext = ((type: string) =>
  type === "2d" ? context : null) as HTMLCanvasElement["getContext"];

const sources = new WeakMap<HTMLImageElement, string>();
Object.defineProperty(HTMLImageElement.prototype, "src", {
  get(this: HTMLImageElement) {
    return sources.get(this) ?? "";
  },
  set(this: HTMLImageElement, value: string) {
    sources.set(this, value);
    queueMicrotask(() => this.onload?.(new Event("load")));
  },
});
window.focus = () => {};
