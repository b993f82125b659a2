// What is left of each right of a guest, as small chips; the one that the station counts stands out.

import type { Right } from "../domain/answer.ts";
import { ENTRANCE } from "../domain/model.ts";
import { el } from "./dom.ts";

type Say = (key: string, values?: Record<string, string | number>) => string;

/** "Welcome drink 1 of 2". */
export function rightWords({ ref, name, left, limit }: Right, t: Say): string {
  const called = ref === ENTRANCE ? t("rights.entrance") : name || t("rights.extra");
  return t(limit > 1 ? "rights.of" : "rights.one", { name: called, left, limit });
}

/** The entrance first; nothing where there is only one right. */
export function rightsList(rights: readonly Right[], own: string, t: Say): HTMLElement | null {
  if (rights.length < 2) return null;
  const sorted = [...rights].sort((one, other) => Number(other.ref === ENTRANCE) - Number(one.ref === ENTRANCE));
  const chips = sorted.map((right) => el("li", { "data-right": right.ref, "data-own": right.ref === own, "data-left": right.left }, rightWords(right, t)));
  return el("ul", { class: "rights", "data-testid": "rights", "aria-label": t("rights") }, ...chips);
}
