// How a sale stands, on the sheet "sale-sheet": sold, to be paid on the phone, not paid, or to be looked at.

import { button, type Child, el } from "../look/dom.ts";
import { hubNow } from "../words/times.ts";
import { conflictParts } from "./conflict.ts";
import { money } from "./money.ts";
import { qrCode } from "./qr.ts";
import { DONE, head, inside, outside, type SaleActs } from "./standing.ts";
import type { Sale } from "./wire.ts";
import { many, t } from "./words.ts";

/** What is on the sheet, and what is at its foot. */
export function saleParts(sale: Sale, acts: SaleActs): { body: Child[]; foot: Child[] } {
  if (DONE.has(sale.state)) return { body: soldBody(sale), foot: soldFoot(sale, acts) };
  if (sale.state === "waiting") return { body: payBody(sale), foot: [cancelButton(t("pay.cancel"), acts)] };
  if (sale.state === "repriced") return repriced(sale, acts);
  if (sale.state === "conflict") return { body: conflictParts(sale, acts), foot: [nextButton(acts)] };
  if (sale.state === "asked") return { body: [head(sale, t("pay.asked"), t("pay.asked.detail"))], foot: [nextButton(acts)] };
  return { body: [head(sale, t(`ended.${sale.state}`), sale.message)], foot: endedFoot(acts) };
}

function soldBody(sale: Sale): Child[] {
  const refused = sale.tickets.filter((one) => one.refused && !one.entered);
  return [
    head(sale, sale.state === "paid" ? t("paid") : t("sold"), inWords(sale)),
    ...refused.map(({ name, refused: why }) => el("p", { class: "wrong", "data-testid": "ticket-refused" }, [name, why].filter(Boolean).join(": "))),
    ...codes(sale),
    el("p", { class: "quiet", "data-testid": "sale-reach" }, reachWords(sale)),
  ];
}

function inWords(sale: Sale): string {
  const [n, left] = [inside(sale), outside(sale)];
  if (left === 0) return many("in", n);
  return n === 0 ? t("in.none") : t("in.some", { n, left });
}

function reachWords(sale: Sale): string {
  if (sale.state === "discarded") return t("reach.discarded", { by: sale.settled_by, note: sale.note });
  return sale.state === "due" ? t("reach.due") : t("reach.issued");
}

/** One code for all of it where guests' phones can reach the hub; else each ticket's own. */
function codes(sale: Sale): Child[] {
  if (sale.receipt_qr) return [codeOf("receipt-qr", qrCode(sale.receipt_qr, t("receipt")), t("receipt.scan"))];
  return sale.tickets.flatMap(({ qr, name }, at) => (qr
    ? [codeOf("ticket-qr", qrCode(qr, t("ticket.of", { n: at + 1, of: sale.quantity })), [name, t("ticket.of", { n: at + 1, of: sale.quantity })].filter(Boolean).join(" · "))] : []));
}

const codeOf = (id: string, code: SVGElement, words: string): HTMLElement =>
  el("figure", { class: "code-figure", "data-testid": id }, code, el("figcaption", {}, words));

function soldFoot(sale: Sale, acts: SaleActs): Child[] {
  const left = outside(sale);
  const mayAdmit = sale.can_admit && left > 0;
  return [
    mayAdmit ? button(many("admit", left), () => acts.step("admit"), { class: "primary big", "data-testid": "sale-admit" }) : null,
    el("div", { class: "pair" },
      button(t("print"), acts.print, { class: "plain", "data-testid": "sale-print" }),
      sale.can_cancel ? cancelButton(t("cancel"), acts, t("cancel.sure", { total: money(sale.total) })) : null,
      nextButton(acts, mayAdmit ? "plain" : "primary")),
    el("p", { class: "print-said", role: "status", "data-testid": "print-said" }),
  ];
}

function payBody(sale: Sale): Child[] {
  return [
    el("div", { class: "pay-head" }, el("h3", { class: "sale-word", "data-testid": "pay-total" }, money(sale.total)), el("p", { class: "sale-detail" }, t("pay.scan"))),
    sale.payment_qr
      ? el("figure", { class: "code-figure pay", "data-testid": "payment-qr" }, qrCode(sale.payment_qr, t("pay.code")))
      : el("p", { class: "pay-link" }, sale.payment_url),
    el("p", { class: "sale-what" }, el("span", {}, [`${sale.quantity} × ${sale.rate}`, ""].join(" ")), el("b", { "data-testid": "pay-left", "data-until": sale.expires_at ?? "" }, leftWords(sale.expires_at))),
  ];
}

/** "9:41 left to pay". */
export function leftWords(until: string | null): string {
  if (!until) return t("pay.waiting");
  const seconds = Math.max(0, Math.round((Date.parse(until) - hubNow()) / 1000));
  return seconds === 0 ? t("pay.over") : t("pay.left", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` });
}

function repriced(sale: Sale, acts: SaleActs): { body: Child[]; foot: Child[] } {
  const old = el("s", { "data-testid": "price-before" }, sale.asked ? money(sale.asked) : "");
  const prices = el("p", { class: "prices" }, el("span", { class: "unseen" }, t("repriced.before")), old, el("b", { "data-testid": "price-now" }, money(sale.total)));
  return {
    body: [head(sale, t("repriced"), t("repriced.ask")), prices],
    foot: [el("div", { class: "pair" }, cancelButton(t("repriced.no"), acts),
      button(t("repriced.yes"), acts.confirm, { class: "primary", "data-testid": "sale-confirm" }))],
  };
}

const endedFoot = (acts: SaleActs): Child[] => [el("div", { class: "pair" },
  acts.again ? button(t("ended.again"), acts.again, { class: "primary", "data-testid": "sale-again" }) : null, nextButton(acts, acts.again ? "plain" : "primary"))];

export const nextButton = (acts: Pick<SaleActs, "next">, look = "primary"): HTMLElement => button(t("next"), acts.next, { class: look, "data-testid": "sale-next" });

/** `sure`: asked once more, by the same button. */
function cancelButton(words: string, acts: SaleActs, sure = ""): HTMLElement {
  let armed = sure === "";
  const made = button(words, () => {
    if (armed) return acts.step("cancel");
    armed = true;
    made.textContent = sure;
    return undefined;
  }, { class: "plain", "data-testid": "sale-cancel" });
  return made;
}
