// How many of a group come in now: a button for each small number, and for large groups a counter.

import { button, el } from "../look/dom.ts";
import type { Party, Say, Touch } from "./frame.ts";

const FEW = 5;
const MANY = 20;

/** The chooser; a touch that was sent disarms it, so that a second one lets nobody else in. */
export function partyChooser({ scan, left }: Party, t: Say, touch: Touch): HTMLElement {
  const node = el("div", { class: "foot", "data-testid": "party" }, el("p", { class: "prompt" }, t("party.prompt")));
  const letIn = (heads: number) => {
    for (const one of node.querySelectorAll("button")) one.disabled = true;
    touch({ action: "party", scan, heads });
  };
  const numbers = Array.from({ length: Math.min(left, FEW) }, (_, at) => at + 1).filter((n) => n < left || left === 1);
  const row = numbers.map((n) => button(`+${n}`, () => letIn(n), { class: "choice", "data-heads": n }));
  if (left > 1) row.push(button(t("party.all", { n: left }), () => letIn(left), { class: "choice", "data-heads": left }));
  node.append(el("div", { class: "choices" }, ...row));
  if (left > FEW + 1) node.append(counter(left, t, letIn));
  return node;
}

function counter(left: number, t: Say, letIn: (heads: number) => void): HTMLElement {
  let heads = FEW + 1;
  const shown = el("span", { class: "count", "aria-live": "polite" }, String(heads));
  const go = button(t("party.use", { n: heads }), () => letIn(heads), { class: "choice", "data-testid": "party-go" });
  const by = (change: number) => () => {
    heads = Math.min(left, Math.max(1, heads + change));
    shown.textContent = String(heads);
    go.textContent = t("party.use", { n: heads });
  };
  const step = (n: number, label: string) => button(`${n > 0 ? "+" : "−"}${Math.abs(n)}`, by(n), { class: "step", "aria-label": `${Math.abs(n)} ${label}` });
  const wide = left > MANY;
  return el(
    "div", { class: "choices counter" },
    wide ? step(-10, t("party.fewer")) : null, step(-1, t("party.fewer")), shown, step(1, t("party.more")),
    wide ? step(10, t("party.more")) : null, go,
  );
}
