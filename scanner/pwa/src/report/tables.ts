// The report as cards and tables.

import { type Child, el } from "../look/dom.ts";
import type { Amount, Report, Sum } from "./hub.ts";
import { count, dayOf, instant, money, t } from "./words.ts";

const LONG = 40; // rows from which a table is folded

type Shown = (minor: number, currency: string) => string;

export const shownBy = (report: Report): Shown => (minor, currency) => money(minor, currency, report.digits[currency] ?? 2);

/** What came in, went back and is left, for each currency. */
export function figures(report: Report): HTMLElement[] {
  const shown = shownBy(report);
  return report.totals.map((one) => el("dl", { class: "figures", "data-testid": `figures-${one.currency}` },
    figure(t("paid"), shown(one.paid, one.currency), t("count.payments", { n: count(one.payments) })),
    figure(t("refunded"), shown(one.refunded, one.currency), t("count.refunds", { n: count(one.refunds) })),
    figure(t("net"), shown(one.net, one.currency), one.currency)));
}

function figure(name: string, value: string, below: string): HTMLElement {
  return el("div", {}, el("dt", {}, name), el("dd", {}, el("b", {}, value), el("small", {}, below)));
}

export function tables(report: Report): HTMLElement[] {
  const several = report.accounts.length > 1;
  const told = (key: string) => key || t("untold");
  const made = [
    summed(report, "event", t("by.event"), t("event"), report.by_event, (one) => one.name || told(one.key)),
    summed(report, "day", t("by.day"), t("day"), report.by_day, (one) => dayOf(one.key)),
    summed(report, "method", t("by.method"), t("method"), report.by_method, (one) => told(one.key)),
    summed(report, "sale-type", t("by.saleType"), t("saleType"), report.by_sale_type, (one) => told(one.key)),
    several && summed(report, "account", t("by.account"), t("account"), report.by_account, (one) => one.account),
    door(report), unmatched(report), wallet(report), unread(report), understood(report),
  ];
  return made.filter((one): one is HTMLElement => one instanceof HTMLElement);
}

function summed(report: Report, id: string, title: string, head: string, rows: Sum[], name: (one: Sum) => string): HTMLElement | null {
  if (rows.length === 0) return null;
  const shown = shownBy(report);
  const cells = rows.map((one) => [
    name(one), count(one.payments), shown(one.paid, one.currency), count(one.refunds), shown(one.refunded, one.currency), shown(one.net, one.currency),
  ]);
  const heads = [head, t("payments"), t("paid"), t("refunds"), t("refunded"), t("net")];
  return folded(id, title, rows.length, table(title, heads, cells, { numbers: 1, aside: [1, 3, 5] }));
}

function door(report: Report): HTMLElement {
  const shown = shownBy(report);
  const amount = (one: Amount) => shown(one.minor, one.currency);
  if (report.door === null) return folded("door", t("door"), 0, el("p", {}, t("door.none")));
  const cells = report.door.map((one) => [
    t(`tender.${one.tender}`), count(one.count), amount(one.here), one.there ? amount(one.there) : t("door.never"), amount(one.difference),
  ]);
  const heads = [t("tender"), t("sales"), t("door.here"), t("door.there"), t("door.difference")];
  return folded("door", t("door"), cells.length, el("p", {}, t("door.words")), table(t("door"), heads, cells, { numbers: 1, aside: [1] }));
}

function unmatched(report: Report): HTMLElement | null {
  if (report.unmatched_count === 0) return null;
  const shown = shownBy(report);
  const cells = report.unmatched.map((one) => [
    dayOf(one.day), one.event_name || one.event, one.id || t("untold"), one.payment || t("untold"), one.reason, shown(one.amount.minor, one.amount.currency),
  ]);
  const more = report.unmatched_count > cells.length ? ` ${t("unmatched.more", { shown: count(cells.length) })}` : "";
  const words = t("unmatched.words", { n: count(report.unmatched_count) }) + more;
  const heads = [t("day"), t("event"), t("refund"), t("payment"), t("reason"), t("amount")];
  return folded("unmatched", t("unmatched"), cells.length, el("p", {}, words), table(t("unmatched"), heads, cells, { numbers: 5, aside: [2, 4] }));
}

function wallet(report: Report): HTMLElement | null {
  if (report.wallet.length === 0) return null;
  const shown = shownBy(report);
  const cells = report.wallet.map((one) => [one.kind || t("untold"), count(one.count), shown(one.amount.minor, one.amount.currency)]);
  const balances = report.balances.map((one) => el("p", {}, t("balance", {
    amount: shown(one.amount.minor, one.amount.currency), account: one.account, at: instant(one.at, report.timezone),
  })));
  return folded("wallet", t("wallet"), cells.length, table(t("wallet"), [t("kind"), t("movements"), t("amount")], cells, { numbers: 1 }), ...balances);
}

function unread(report: Report): HTMLElement | null {
  if (report.unread_count === 0) return null;
  const cells = report.unread.map((one) => [`${one.resource}, ${one.account}`, one.id, one.field, one.why]);
  const words = t("unread.words", { n: count(report.unread_count) });
  const heads = [t("account"), t("row"), t("field"), t("why")];
  return folded("unread", t("unread"), 1, el("p", {}, words), table(t("unread"), heads, cells));
}

/** What the platforms' numbers were taken for, and what they do not show. */
function understood(report: Report): HTMLElement {
  const lines = [
    ...report.conventions.map((one) => t(`amounts.${one.amounts}`, { account: one.account, resource: one.resource, n: count(one.rows) })),
    ...report.statuses.filter((one) => one.status !== "paid").map((one) => t(one.counted ? "status.words" : "status.not", { n: count(one.payments), status: one.status || t("untold") })),
    ...report.missing.map((one) => t("missing.words", { ...one })),
  ];
  return folded("understood", t("understood"), 1, el("ul", {}, ...lines.map((one) => el("li", {}, one))));
}

function folded(id: string, title: string, rows: number, ...inside: Child[]): HTMLElement {
  return el("details", { class: "card", open: rows <= LONG, "data-testid": `part-${id}` }, el("summary", {}, el("h2", {}, title)), ...inside);
}

/** `numbers`: the first column that holds numbers. `aside`: columns that a phone has no room for. */
function table(title: string, heads: string[], rows: string[][], { numbers = heads.length, aside = [] }: { numbers?: number; aside?: number[] } = {}): HTMLElement {
  const kind = (at: number) => [at >= numbers && "number", aside.includes(at) && "aside"].filter(Boolean).join(" ") || null;
  const line = (cells: string[]) => el("tr", {}, ...cells.map((text, at) =>
    at === 0 ? el("th", { scope: "row" }, text) : el("td", { class: kind(at) }, text)));
  return el("div", { class: "wide", role: "region", "aria-label": title, tabindex: 0 },
    el("table", {},
      el("thead", {}, el("tr", {}, ...heads.map((text, at) => el("th", { scope: "col", class: kind(at) }, text)))),
      el("tbody", {}, ...rows.map(line))));
}
