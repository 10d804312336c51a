// Makes DOM elements without a framework.

/** What an element may be given: properties by their DOM names, and attributes. */
export interface ElementSetup {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly on?: { readonly [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
}

/** Creates an element with children. Text is always text, never markup. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  setup: ElementSetup = {},
  ...children: readonly Node[]
): HTMLElementTagNameMap[K] {
  const created = document.createElement(tag);
  if (setup.class !== undefined) created.className = setup.class;
  if (setup.text !== undefined) created.textContent = setup.text;
  for (const [name, value] of Object.entries(setup.attributes ?? {})) created.setAttribute(name, value);
  for (const [type, listener] of Object.entries(setup.on ?? {})) {
    created.addEventListener(type, listener as (event: Event) => void);
  }
  created.append(...children);
  return created;
}

/** Text with code between backticks. */
export function withCode(text: string): Node[] {
  return text.split("`").map((piece, at) => (at % 2 === 0 ? new Text(piece) : element("code", { text: piece })));
}

/** A button that does something. It never submits a form. */
export function button(
  label: string,
  onClick: () => void,
  setup: { readonly class?: string; readonly title?: string; readonly id?: string } = {},
): HTMLButtonElement {
  const created = element("button", {
    class: `key ${setup.class ?? ""}`.trim(),
    text: label,
    attributes: {
      type: "button",
      ...(setup.title === undefined ? {} : { title: setup.title }),
      ...(setup.id === undefined ? {} : { id: setup.id }),
    },
  });
  created.addEventListener("click", onClick);
  return created;
}

/** A value with words before and behind it. */
export function labeled(before: string, value: HTMLElement, after = "", className = ""): HTMLElement {
  const parts = [before === "" ? "" : `${before} `, value, after === "" ? "" : ` ${after}`];
  const result = element("span", { class: className });
  result.append(...parts);
  return result;
}

/** Writes only what differs: a changed text node costs a layout. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
