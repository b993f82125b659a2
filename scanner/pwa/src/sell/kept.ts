// What selling keeps on this phone: sales without an answer on its disk, the one being filled in as long as the tab lives.

import { all, drop, keepSafe } from "../keep/base.ts";
import type { Draft } from "./draft.ts";
import type { Money, SaleWish } from "./wire.ts";

/** A sale that was sent. `by`: the token of the station that it was made at; `givenUp`: it shall not be sold any more;
 * `refused`: the hub's sentence, when it does not take it. */
export interface Kept {
  id: string; by: string; at: string; wish: SaleWish; draft: Draft; rate: string; total: Money; givenUp?: boolean; refused?: string;
}

const DRAFT = "doorcheck.sale";
const nameOf = (id: string): string => `sale:${id}`;

/** On the disk when the promise is kept. Fails with what the browser says. */
export const keepSale = (kept: Kept): Promise<void> => keepSafe("notes", kept, nameOf(kept.id));

export const dropSale = (id: string): Promise<void> => drop("notes", nameOf(id)).catch(() => undefined);

export async function keptSales(): Promise<Kept[]> {
  const notes = await all<Kept | string>("notes").catch(() => []);
  return notes.flatMap((one) => (typeof one === "object" && "wish" in one ? [one] : []));
}

export function recallDraft(): Draft | null {
  try {
    return JSON.parse(sessionStorage.getItem(DRAFT) ?? "null") as Draft | null;
  } catch {
    return null;
  }
}

/** Guests' addresses are in it: it goes with the tab. */
export function rememberDraft(draft: Draft | null): void {
  try {
    if (draft) sessionStorage.setItem(DRAFT, JSON.stringify(draft));
    else sessionStorage.removeItem(DRAFT);
  } catch {
    // Forbidden: it lasts as long as the page.
  }
}
