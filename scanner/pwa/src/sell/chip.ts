// The one thing of selling that somebody at the door should know while the next guest is being read.

import type { Draft } from "./draft.ts";
import type { Kept } from "./kept.ts";
import { money } from "./money.ts";
import { outside } from "./standing.ts";
import type { Sale } from "./wire.ts";
import { many, t } from "./words.ts";

export type Pressing =
  | { what: "kept"; kept: Kept } | { what: "sale"; sale: Sale } | { what: "draft"; draft: Draft } | null;

/** Money first: a sale without an answer, a guest who has paid, one who is paying, one half filled in. */
export function pressing(kept: readonly Kept[], sales: readonly Sale[], draft: Draft | null): Pressing {
  const [first] = kept;
  const paid = sales.find(({ state }) => state === "paid") ?? sales[0];
  if (first) return { what: "kept", kept: kept.find(({ refused }) => refused !== undefined) ?? first };
  if (paid) return { what: "sale", sale: paid };
  return draft ? { what: "draft", draft } : null;
}

export function chipWords(one: NonNullable<Pressing>): string {
  if (one.what === "kept") return t(one.kept.refused === undefined ? "chip.unanswered" : "chip.refused", { total: money(one.kept.total) });
  if (one.what === "draft") return t("chip.draft");
  const { sale } = one;
  if (sale.state === "paid" && !sale.can_admit) return t("chip.done", { total: money(sale.total) });
  return sale.state === "paid" ? many("chip.paid", outside(sale)) : t(`chip.${sale.state}`, { total: money(sale.total) });
}
