// A sheet of selling: its head and its foot stay in sight, what is between them scrolls.

import { button, type Child, el } from "../look/dom.ts";
import { sign } from "../look/shapes.ts";
import { openSheet } from "../look/sheets.ts";
import { t } from "./words.ts";

export interface Part {
  sheet: HTMLDialogElement;
  /** Puts something else between head and foot. */
  show(...children: Child[]): void;
  foot(...children: Child[]): void;
}

/** `back`: what the arrow at the head does; none: there is no arrow. */
export function openPart(id: string, title: string, { back }: { back?: () => void } = {}): Part {
  const body = el("div", { class: "sell-body" });
  const foot = el("div", { class: "sell-foot", hidden: true });
  const sheet = openSheet(id, title, body, foot);
  sheet.classList.add("sell");
  if (back) sheet.querySelector("header")?.prepend(button(sign("back"), back, { class: "icon back", "aria-label": t("back"), "data-testid": "sell-back" }));
  return {
    sheet,
    show: (...children) => { put(body, children); body.tabIndex = body.querySelector("button, input, select") ? -1 : 0; }, // keys scroll it too
    foot: (...children) => { put(foot, children); foot.hidden = foot.childElementCount === 0; },
  };
}

function put(place: HTMLElement, children: Child[]): void {
  place.replaceChildren(...children.filter((one): one is Node | string => Boolean(one)));
}

/** Something that is on or off, said with what it costs. */
export function toggle(id: string, label: string, side: string, on: boolean, change: (on: boolean) => void, more: Record<string, string> = {}): HTMLButtonElement {
  const flip = (event: MouseEvent) => {
    const pressed = (event.currentTarget as HTMLElement).getAttribute("aria-pressed") !== "true";
    (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(pressed));
    change(pressed);
  };
  const made = button(el("span", {}, label), flip, { class: "toggle", "data-testid": id, "aria-pressed": String(on), ...more });
  if (side) made.append(el("b", {}, side));
  return made;
}

/** A sentence that must not be missed. */
export const alertOf = (id: string, words: string): HTMLElement => el("p", { class: "wrong", role: "alert", "data-testid": id }, words);
