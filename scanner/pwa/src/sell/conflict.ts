// A sale that the platform refuses to make: what happened, and what a person can do about it.

import { button, type Child, el } from "../look/dom.ts";
import { clearMarks, line, markWrong, textField } from "./fields.ts";
import { head, type SaleActs } from "./standing.ts";
import type { Decision, Sale } from "./wire.ts";
import { t } from "./words.ts";

export function conflictParts(sale: Sale, acts: SaleActs): Child[] {
  const reason = textField("sale-reason", "", () => clearMarks(form));
  const decide = (decision: Decision) => () => {
    if (reason.value.trim()) acts.decide(decision, reason.value.trim());
    else markWrong(form, [{ field: "reason", words: "wrong.reason" }]);
  };
  const form: HTMLElement = el("div", { class: "decisions" },
    way("retry", () => acts.step("retry"), "primary"),
    line("reason", t("reason"), reason),
    way("accept", decide("accept")), way("discard", decide("discard")));
  return [
    head(sale, t("conflict"), sale.message),
    sale.words ? el("p", { class: "platform-words", "data-testid": "sale-words" }, t("conflict.words", { words: sale.words })) : null,
    form,
  ];
}

/** A button with what it does. */
function way(id: "retry" | Decision, act: () => void, look = "plain"): HTMLElement {
  return el("div", { class: "way" }, button(t(`conflict.${id}`), act, { class: look, "data-testid": `sale-${id}` }), el("p", { class: "quiet" }, t(`conflict.${id}.does`)));
}
