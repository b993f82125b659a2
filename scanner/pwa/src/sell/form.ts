// A sale being filled in: how many, with what, for whom, and how it is paid. The total and the ways to pay stay in sight.

import { button, type Child, el } from "../look/dom.ts";
import { currentOf, type Draft, fieldsOf, having, isShared, mostOf, offered, priceOf, resize, setSupplement, share, shownAt, totalOf, type Wrong, wrongIn } from "./draft.ts";
import { asksAnything, clearMarks, holderField, markWrong, questionField, textField } from "./fields.ts";
import { money } from "./money.ts";
import { feeWords } from "./rates.ts";
import { alertOf, openPart, type Part, toggle } from "./sheet.ts";
import type { Rate, Tender, TicketWish } from "./wire.ts";
import { many, t } from "./words.ts";

export interface FormActs { back: () => void; changed: (draft: Draft) => void; sell: (tender: Tender) => void }

/** `wrong`: what the hub said about it; `notice`: a sentence that it begins with. */
export interface Asked { draft: Draft; rate: Rate; tenders: readonly Tender[]; age: string; wrong?: readonly Wrong[]; notice?: string; acts: FormActs }

export interface Form {
  /** It was sent: nothing is pressed twice. */
  busy(): void;
  readonly isOpen: boolean;
}

export function openForm(asked: Asked): Form {
  const part = openPart("sell-sheet", asked.rate.name, { back: asked.acts.back });
  part.sheet.dataset.step = "form";
  return new SaleForm(part, asked).begin();
}

class SaleForm implements Form {
  private readonly part: Part;
  private readonly asked: Asked;
  private readonly tickets = el("div", { class: "tickets" });
  private readonly extras = el("div", { class: "extras" });
  private readonly said = el("div", { class: "said", role: "alert" });
  private readonly sum = el("output", { class: "sum" });
  private readonly phoneSum = el("small", { "data-testid": "phone-total" }); // where it costs something else by phone
  private quantity: HTMLInputElement;

  constructor(part: Part, asked: Asked) {
    this.part = part;
    this.asked = asked;
    this.quantity = textField("quantity", "", (value) => this.setQuantity(Number(value)), { inputmode: "numeric", maxlength: "3", "aria-label": t("quantity") });
  }

  begin(): Form {
    const { rate, age, notice, wrong = [] } = this.asked;
    this.part.show(el("p", { class: "quiet price-line" }, this.priceWords()), this.stepper(), this.extras, this.admit(), this.tickets,
      el("p", { class: "quiet" }, [age, rate.warranty_hours && rate.warranty !== null ? t("warranty.until", { n: rate.warranty_hours }) : ""].filter(Boolean).join(" · ")));
    this.paintAll();
    this.payFoot();
    this.complain(wrong, notice);
    return this;
  }

  get isOpen(): boolean {
    return this.part.sheet.open;
  }

  busy(): void {
    this.part.foot(this.sum, el("p", { class: "quiet busy", role: "status" }, t("sell.busy")));
  }

  private priceWords(): string {
    const price = currentOf(this.asked.rate);
    return price ? [price.name, money(priceOf(price, this.first)), this.offered.includes("phone") ? feeWords(price) : "", price.includes].filter(Boolean).join(" · ") : "";
  }

  private get offered(): Tender[] {
    return offered(this.asked.rate, this.asked.tenders);
  }

  /** Its total is the one that is shown large. */
  private get first(): Tender | undefined {
    return this.offered[0];
  }

  private stepper(): HTMLElement {
    const step = (by: number) => () => this.setQuantity(this.asked.draft.quantity + by);
    return el("div", { class: "field", "data-field": "quantity" }, el("div", { class: "stepper counting" }, el("span", {}, t("quantity")),
      button("−", step(-1), { "data-testid": "quantity-less", "aria-label": t("quantity.less") }), this.quantity,
      button("+", step(1), { "data-testid": "quantity-more", "aria-label": t("quantity.more") })));
  }

  private setQuantity(wanted: number): void {
    const { draft, rate } = this.asked;
    if (!Number.isInteger(wanted) || wanted < 1) return; // nothing typed yet
    resize(draft, Math.max(rate.minimum, Math.min(wanted, Math.max(mostOf(rate), rate.minimum))));
    this.changed();
    this.paintAll();
  }

  private paintAll(): void {
    const { draft, rate } = this.asked;
    this.quantity.value = String(draft.quantity);
    const [less, more] = this.part.sheet.querySelectorAll<HTMLButtonElement>(".counting button");
    if (less) less.disabled = draft.quantity <= rate.minimum;
    if (more) more.disabled = draft.quantity >= mostOf(rate);
    this.paintExtras();
    this.tickets.replaceChildren(...this.ticketParts());
    this.paintSum();
  }

  private paintExtras(): void {
    const { draft, rate } = this.asked;
    const rows = rate.supplements.map(({ id, name, amount }) => {
      const n = having(draft, id);
      const some = n > 0 && n < draft.quantity ? t("of", { n, of: draft.quantity }) : "";
      const side = [some, `+${money(amount)}`].filter(Boolean).join(" · ");
      return toggle("supplement", name, side, n === draft.quantity, (on) => this.extra(draft.tickets, id, on), { "data-supplement": id });
    });
    this.extras.replaceChildren(...rows, ...this.warranty(), ...this.naming());
  }

  private extra(tickets: TicketWish[], id: string, on: boolean): void {
    setSupplement(tickets, id, on);
    this.changed();
    this.paintExtras();
    this.tickets.replaceChildren(...this.ticketParts());
    this.part.sheet.querySelector<HTMLElement>(`.extras [data-supplement="${CSS.escape(id)}"]`)?.focus();
  }

  private warranty(): HTMLElement[] {
    const { draft, rate } = this.asked;
    if (rate.warranty === null) return [];
    const costs = share(currentOf(rate)?.amount.minor ?? 0, rate.warranty);
    const side = `+${money({ minor: costs, currency: currentOf(rate)?.amount.currency ?? "EUR" })}`;
    return [toggle("warranty", t("warranty"), side, draft.warranty, (on) => { draft.warranty = on; this.changed(); })];
  }

  /** Names that nobody needs, and extras of one ticket, are out of the way until they are asked for. */
  private naming(): HTMLElement[] {
    const { draft, rate } = this.asked;
    if (asksAnything(rate, fieldsOf(rate, { named: false }))) return [];
    return [toggle("each-ticket", t(rate.supplements.length > 0 ? "each" : "each.names"), "", draft.named, (on) => { draft.named = on; this.changed(); this.tickets.replaceChildren(...this.ticketParts()); })];
  }

  private admit(): HTMLElement {
    const { draft } = this.asked;
    return toggle("sell-admit", t("admit.now"), "", draft.admit, (on) => { draft.admit = on; this.changed(); });
  }

  private ticketParts(): HTMLElement[] {
    const { draft, rate } = this.asked;
    if (!asksAnything(rate, fieldsOf(rate, draft))) return [];
    return draft.tickets.slice(0, draft.quantity).map((ticket, at) => this.ticket(ticket, at)).filter((one) => one !== null);
  }

  private ticket(ticket: TicketWish, at: number): HTMLElement | null {
    const { draft, rate } = this.asked;
    const changed = () => this.changed();
    const fields = fieldsOf(rate, draft).filter((field) => at === 0 || !isShared(draft, field));
    const parts: Child[] = [
      ...fields.map((field) => holderField(at, field, ticket, changed)), ...rate.questions.map((one) => questionField(at, one, ticket, changed)),
      ...this.ownExtras(ticket), at === 0 ? this.same() : null,
    ].filter(Boolean);
    const legend = draft.quantity > 1 ? t("ticket.of", { n: at + 1, of: draft.quantity }) : t("ticket.one");
    return parts.length > 0 ? el("fieldset", { class: "ticket", "data-testid": "ticket" }, el("legend", {}, legend), ...parts) : null;
  }

  private ownExtras(ticket: TicketWish): HTMLElement[] {
    const { draft, rate } = this.asked;
    if (draft.quantity < 2) return [];
    return rate.supplements.map(({ id, name, amount }) => toggle("ticket-supplement", name, `+${money(amount)}`, ticket.supplements.includes(id),
      (on) => this.extra([ticket], id, on)));
  }

  private same(): HTMLElement | null {
    const { draft, rate } = this.asked;
    const shared = fieldsOf(rate, draft).filter((field) => isShared({ ...draft, sameContact: true }, field));
    if (draft.quantity < 2 || shared.length === 0) return null;
    const words = shared.join() === "email" ? t("same.email") : t("same");
    return toggle("same-for-all", words, "", draft.sameContact, (on) => { draft.sameContact = on; this.changed(); this.tickets.replaceChildren(...this.ticketParts()); });
  }

  private changed(): void {
    clearMarks(this.part.sheet);
    this.said.replaceChildren();
    this.asked.acts.changed(this.asked.draft);
    this.paintSum();
  }

  private paintSum(): void {
    const { draft, rate } = this.asked;
    const [total, byPhone] = [totalOf(draft, rate, this.first), totalOf(draft, rate, "phone")];
    this.sum.replaceChildren(el("span", {}, many("tickets", draft.quantity)), el("b", { "data-testid": "sell-total" }, total ? money(total) : "–"));
    this.phoneSum.textContent = byPhone && byPhone.minor !== total?.minor ? money(byPhone) : "";
  }

  private payFoot(): void {
    const buttons = this.offered.map((one) => button(el("span", {}, t(`tender.${one}`)), () => this.pay(one), { class: "primary", "data-testid": `tender-${one}` }));
    buttons.at(this.offered.indexOf("phone"))?.append(...(this.offered.includes("phone") ? [this.phoneSum] : []));
    this.part.foot(this.said, this.sum, buttons.length > 0
      ? el("div", { class: "tenders field", "data-field": "tender" }, ...buttons) : alertOf("no-tender", t("tender.none")));
  }

  /** The terminal's word is waited for: what it declined was not sold. */
  private cardFoot(): void {
    const total = totalOf(this.asked.draft, this.asked.rate, "card");
    this.part.foot(this.said, this.sum, el("p", { class: "ask-terminal" }, t("card.take", { total: total ? money(total) : "" })), el("div", { class: "pair" },
      button(t("back"), () => this.payFoot(), { class: "plain", "data-testid": "card-back" }),
      button(t("card.taken"), () => this.asked.acts.sell("card"), { class: "primary", "data-testid": "sell-do" })));
    this.part.sheet.querySelector<HTMLElement>("[data-testid=sell-do]")?.focus();
  }

  private pay(tender: Tender): void {
    const wrong = wrongIn(this.asked.draft, this.asked.rate);
    if (wrong.length > 0) return this.complain(wrong);
    if (tender === "card") this.cardFoot();
    else this.asked.acts.sell(tender);
  }

  private complain(wrong: readonly Wrong[], notice = ""): void {
    const placed = wrong.map(({ field, words }) => ({ field: shownAt(this.asked.draft, field), words }));
    const rest = markWrong(this.part.sheet, placed);
    const words = [notice, ...(notice ? [] : rest.map((one) => t("wrong.rest", { said: one.words })))].filter(Boolean);
    this.said.replaceChildren(...words.map((one) => el("p", { class: "wrong", "data-testid": "sell-wrong" }, one)));
  }
}
