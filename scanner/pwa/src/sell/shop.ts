// Selling at this station: which sheet comes after which, and what is kept while the next guest is being read.

import { isOfExtra, type Station } from "../domain/model.ts";
import type { Api, Status, Trouble } from "../hub/api.ts";
import { newId } from "../keep/ids.ts";
import { lookOf } from "../look/looks.ts";
import { closeSheet } from "../look/sheets.ts";
import type { Sound } from "../look/sound.ts";
import { hubNow } from "../words/times.ts";
import { chipWords, type Pressing, pressing } from "./chip.ts";
import { type Draft, newDraft, type Wrong, wishOf } from "./draft.ts";
import { createFollowing, isOpen } from "./following.ts";
import { type Form, openForm } from "./form.ts";
import { type Kept, recallDraft, rememberDraft } from "./kept.ts";
import { openSales } from "./list.ts";
import { money } from "./money.ts";
import { ageOf, openRates, type RatesView } from "./rates.ts";
import { createSending, type Ended } from "./sending.ts";
import { openKept, openNoHub, openSale, type SaleSheet } from "./sheets.ts";
import type { SaleActs } from "./standing.ts";
import { isVerdict } from "./standing.ts";
import { createTills } from "./tills.ts";
import { createCounter, type Rate, type Rates, type Sale, type Tender } from "./wire.ts";
import { t, troubleWords } from "./words.ts";

export interface Wiring {
  api: Api;
  sound: Sound;
  chip: HTMLElement;
  opener: HTMLElement;
  status: () => Status | null;
  reach: () => boolean | null;
  event: () => string;
  station: () => Station;
  token: () => string;
  /** May this phone, as it is signed in now, bring what was made with this token? */
  isOurs: (by: string) => boolean;
  onUnkept: () => void;
  /** Whatever is on the screen gives way. */
  makeRoom: () => void;
}

const COSTS: ReadonlySet<string> = new Set(["price", "total"]); // fields that say that it costs something else now

/** What the hub tells of a sale that stands otherwise than before. */
export interface Told { id: string; station?: string; state?: string }

export interface Shop {
  open(): void;
  onStatus(): void;
  /** The hub tells that a sale stands otherwise. */
  hear(told: Told): void;
  paint(): void;
  /** It is another station now, or none. */
  forget(): void;
}

export function createShop(wiring: Wiring): Shop {
  const { api, sound, chip, opener, status, reach, station, token } = wiring;
  const counter = createCounter(api.call);
  const drafts = new Map<string, Draft>(); // of sales made here: one that was not paid is filled in no second time
  let rates: Rates | null = null;
  let draft: Draft | null = recallDraft();
  let news: Sale | null = null; // came to its end while nobody looked
  let shown: SaleSheet | null = null;
  let onScreen = ""; // id of the sale whose answer the sheet in view waits for
  let startedAs = "";
  let pressed: Pressing = null;

  const sending = createSending({ counter, isOurs: wiring.isOurs, onEnded, onChange: paint, onUnkept: wiring.onUnkept });
  const following = createFollowing({ counter, onSale: onFollowed });
  const tills = createTills({ counter, currency: () => rates?.items[0]?.prices[0]?.amount.currency ?? "EUR", home: () => goOn() });

  const events = (): [string, string][] => {
    const own = station().events;
    return (status()?.events ?? []).filter(({ id }) => own.length === 0 || own.includes(id)).map(({ id, name }) => [id, name]);
  };

  function open(): void {
    wiring.makeRoom();
    if (reach() === false) openNoHub(() => open());
    else goOn();
  }

  /** To the sale that is half filled in, else to what can be sold. */
  function goOn(): void {
    if (draft) void fill(draft);
    else void showRates(events().find(([id]) => id === rates?.event.id)?.[0] ?? events()[0]?.[0] ?? wiring.event());
  }

  async function showRates(event: string): Promise<void> {
    const view = openRates({
      events: events(), event, conflicts: status()?.sales_conflicts ?? 0, tenders: status()?.sells ?? [],
      acts: {
        choose: (rate) => { keepDraft(newDraft(event, rate, admitsHere())); if (draft) void fill(draft); },
        event: (chosen) => void showRates(chosen), again: () => void showRates(event), till: () => void tills.show(), sales: showSales,
      },
    });
    view.paint(rates?.event.id === event ? rates : null);
    void counter.till().then(({ shift }) => view.till(shift === null), () => undefined);
    await refresh(event, view);
  }

  async function refresh(event: string, view: RatesView): Promise<void> {
    try {
      const told = await counter.rates(event);
      rates = told;
      view.paint(told);
    } catch (trouble) {
      view.fail(troubleWords(trouble), rates?.event.id === event);
    }
  }

  const admitsHere = (): boolean => station().direction === "in" && !isOfExtra(station());

  function keepDraft(next: Draft | null): void {
    draft = next;
    rememberDraft(next);
    paint();
  }

  /** `wrong` and `notice`: what the hub said about it. */
  async function fill(filled: Draft, wrong: readonly Wrong[] = [], notice = ""): Promise<void> {
    if (rates?.event.id !== filled.event) rates = await counter.rates(filled.event).catch(() => null);
    const rate = rates?.items.find(({ id }) => id === filled.rate);
    if (!rates || !rate) return giveUpDraft();
    const back = () => { keepDraft(null); goOn(); };
    const form = openForm({
      draft: filled, rate, tenders: status()?.sells ?? [], age: ageOf(rates), wrong, notice,
      acts: { back, changed: keepDraft, sell: (tender) => void sell(filled, rate, tender, form) },
    });
  }

  /** Its rate is no more, or can't be known now. */
  function giveUpDraft(): void {
    if (rates === null) return openNoHub(() => open());
    keepDraft(null);
    goOn();
  }

  async function sell(filled: Draft, rate: Rate, tender: Tender, form: Form): Promise<void> {
    const wish = wishOf(filled, rate, tender, newId());
    if (wish === null) return void fill(filled, [], t("rate.over"));
    if (reach() === false) return void fill(filled, [], t("no-hub.nothing"));
    const kept: Kept = { id: wish.id, by: token(), at: new Date(hubNow()).toISOString(), wish, draft: filled, rate: rate.name, total: { minor: wish.total, currency: wish.currency } };
    form.busy();
    drafts.set(kept.id, structuredClone(filled));
    onScreen = kept.id;
    keepDraft(null);
    await onEnded(kept, await sending.send(kept), () => form.isOpen);
  }

  /** A sale has its answer, or has none yet; on the screen when its sheet is still there. */
  async function onEnded(kept: Kept, ended: Ended, isThere = () => shown?.id === kept.id && shown.isOpen): Promise<void> {
    const looked = onScreen === kept.id && isThere();
    if (ended.is === "sale") onSold(kept, ended.sale, looked);
    else if (looked) await onUnsold(kept, ended);
    paint();
  }

  function onSold({ givenUp }: Kept, sale: Sale, looked: boolean): void {
    if (looked || isOpen(sale)) following.take(sale);
    else if (!givenUp || sale.state !== "cancelled") news = sale;
    if (!looked) return;
    showSale(sale);
    if (isVerdict(sale)) greet();
  }

  async function onUnsold(kept: Kept, ended: Exclude<Ended, { is: "sale" }>): Promise<void> {
    if (ended.is === "refused") await refuse(kept, ended.trouble);
    else if (ended.is === "none") showKept(kept);
    else goOn();
  }

  /** Not sold: back to the form, with what was wrong at its field. */
  async function refuse(kept: Kept, trouble: Trouble): Promise<void> {
    await sending.forget(kept.id);
    keepDraft(kept.draft);
    if (trouble.slug === "till-closed" || trouble.errors.some(({ field }) => field === "till")) return tills.show();
    const wrong = trouble.errors.filter(({ field }) => !COSTS.has(field)).map(({ field, message }) => ({ field, words: message }));
    const before = rates;
    rates = null; // whatever it was that changed
    await fill(kept.draft, wrong, wrong.length > 0 ? "" : refusal(kept, trouble));
    rates ??= before;
  }

  const refusal = (kept: Kept, trouble: Trouble): string =>
    trouble.errors.some(({ field }) => COSTS.has(field)) ? t("wrong.total", { before: money(kept.total) }) : t("wrong.rest", { said: troubleWords(trouble) });

  function showSale(sale: Sale): void {
    onScreen = sale.id;
    if (news?.id === sale.id) news = null;
    shown = openSale(sale, actsOf);
    paint();
  }

  /** One of a list comes without its codes: they are asked for. */
  function showListed(sale: Sale): void {
    showSale(sale);
    following.hear(sale.id, true);
  }

  function actsOf(sale: Sale): SaleActs {
    const run = (asked: Promise<Sale>) => void asked.then((next) => following.take(next), (trouble: unknown) => shown?.say(trouble));
    const before = drafts.get(sale.id);
    return {
      step: (step) => run(counter.step(sale.id, step)),
      confirm: () => run(counter.confirm(sale.id, sale.total.minor)),
      decide: (decision, reason) => run(counter.decide(sale.id, decision, reason)),
      print: () => void counter.print(sale.id).then(({ printed, message }) => shown?.tell(message || t(printed ? "printed" : "print.not")), (trouble: unknown) => shown?.say(trouble)),
      next: () => { onScreen = ""; goOn(); },
      again: before ? () => { keepDraft(structuredClone(before)); goOn(); } : null,
    };
  }

  function onFollowed(sale: Sale): void {
    if (shown?.id === sale.id && shown.isOpen) {
      if (shown.paint(sale)) greet();
    } else if (!isOpen(sale)) news = sale;
    paint();
  }

  /** Somebody comes in: heard and felt as at the door. */
  function greet(): void {
    const look = lookOf({ outcome: "admit", reason: "ok", left: 0 });
    sound.play(look.tones);
    sound.vibrate(look.vibration);
  }

  function showKept(kept: Kept): void {
    onScreen = kept.id;
    shown = openKept(kept, {
      again: () => sending.again(),
      giveUp: () => void sending.giveUp(kept.id).then(() => showKept(kept)),
      refill: () => void sending.forget(kept.id).then(() => { keepDraft(kept.draft); goOn(); }),
      forget: () => void sending.forget(kept.id).then(closeSheet),
      next: () => { onScreen = ""; goOn(); },
    });
  }

  function showSales(): void {
    openSales({
      kept: sending.open, conflicts: (status()?.sales_conflicts ?? 0) > 0, station: station().name, open: showListed, openKept: showKept, back: () => goOn(),
      load: (state) => counter.sales(state).then(({ items }) => items, () => null),
    });
  }

  function paint(): void {
    pressed = news ? { what: "sale", sale: news } : pressing(sending.open, following.open, draft);
    chip.hidden = pressed === null;
    chip.textContent = pressed ? chipWords(pressed) : "";
    opener.dataset.mark = String(pressed !== null);
  }

  function follow(): void {
    wiring.makeRoom();
    if (pressed?.what === "kept") showKept(pressed.kept);
    else if (pressed?.what === "sale") showListed(pressed.sale);
    else open();
  }

  function onStatus(): void {
    if (startedAs !== token()) {
      startedAs = token();
      void following.start();
      void sending.start();
    }
    paint();
  }

  /** A sale of this station that the platform refuses is for whoever sold it. */
  function hear({ id, station: where, state }: Told): void {
    const isOurs = state === "conflict" && where === station().name;
    following.hear(id, isOurs || (shown?.id === id && shown.isOpen));
  }

  function forget(): void {
    following.stop();
    startedAs = "";
    [rates, news, shown] = [null, null, null];
    drafts.clear();
    keepDraft(null);
  }

  chip.addEventListener("click", follow);
  return { open, onStatus, paint, forget, hear };
}
