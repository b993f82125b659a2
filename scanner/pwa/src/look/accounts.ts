// The platforms, each on a line of its own: does it answer, how old is what it told last, what waits for it.

import type { Account } from "../hub/api.ts";
import { age, clockTime } from "../words/times.ts";
import { language, t } from "../words/words.ts";
import { el } from "./dom.ts";

/** Nothing where nothing is known of any. */
export function accountLines(accounts: Account[]): HTMLElement | null {
  if (accounts.length === 0) return null;
  return el("ul", { class: "rows accounts", "data-testid": "accounts", "aria-label": t("more.accounts") }, ...accounts.map(lineOf));
}

function lineOf(account: Account): HTMLElement {
  return el("li", { class: "row", "data-testid": "account", "data-account": account.name, "data-state": account.state },
    el("div", { class: "row-texts" }, el("b", {}, account.name), el("span", {}, factsOf(account).join(" · "))),
    el("span", { class: "reach" }, t(`line.${account.state}`)));
}

function factsOf({ state, since, freshness, outbox }: Account): string[] {
  const seconds = freshness?.age_seconds;
  const [owed, stuck] = [outbox.due + outbox.sending, outbox.parked + outbox.conflict];
  return [
    since && state !== "up" ? t("line.since", { at: clockTime(since, language()) }) : "",
    freshness === null ? "" : typeof seconds === "number" ? t("line.data", { age: age(seconds) }) : t("line.never"),
    owed > 0 ? t("line.owed", { n: owed }) : "",
    stuck > 0 ? t("line.stuck", { n: stuck }) : "",
  ].filter(Boolean);
}
