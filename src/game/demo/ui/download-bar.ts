// Progress of the one-time download of the compiler.

import type { DownloadProgress } from "gasworks/toolchain";

import { element } from "./element.ts";

const MEGABYTE = 1_000_000;

export class DownloadBar {
  readonly element: HTMLElement;
  readonly #words: HTMLElement = element("span");
  readonly #bar: HTMLProgressElement = element("progress", {
    attributes: { "aria-label": "Download of the compiler" },
  });

  constructor() {
    this.element = element(
      "div",
      { class: "download", attributes: { id: "download", role: "status", hidden: "" } },
      element("p", {}, element("span", { text: "Fetching the C compiler, once" }), this.#words),
      this.#bar,
    );
  }

  show({ loadedBytes, totalBytes }: DownloadProgress): void {
    this.element.hidden = loadedBytes >= totalBytes;
    this.#bar.max = totalBytes;
    this.#bar.value = loadedBytes;
    this.#words.textContent = `${(loadedBytes / MEGABYTE).toFixed(0)} of ${(totalBytes / MEGABYTE).toFixed(0)} MB`;
  }

  hide(): void {
    this.element.hidden = true;
  }
}
