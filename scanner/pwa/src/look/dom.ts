// Building elements. Text is only ever set as text: nothing that came from outside is parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

export type Child = Node | string | null | undefined | false;
// biome-ignore lint/suspicious/noExplicitAny: a listener takes the event of its name
export type Attributes = Record<string, string | number | boolean | null | undefined | ((event: any) => unknown)>;

/** The element of an id that index.html has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return found as T;
}

/** el("button", {class: "x", "data-testid": "y", onclick: f}, "text", child): an element; empty children are left out. */
export function el<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Attributes = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), attributes, children);
}

/** The same in the SVG namespace. */
export function svg(tag: string, attributes: Attributes = {}, ...children: Child[]): SVGElement {
  return fill(document.createElementNS(SVG, tag) as SVGElement, attributes, children);
}

/** A button that never submits a form. */
export function button(label: Child, onclick: (event: MouseEvent) => unknown, attributes: Attributes = {}): HTMLButtonElement {
  return el("button", { type: "button", onclick, ...attributes }, label);
}

function fill<T extends Element>(node: T, attributes: Attributes, children: Child[]): T {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children) if (child) node.append(child);
  return node;
}
