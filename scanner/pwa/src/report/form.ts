// What can be asked: which days, which event. Kept in the address, so that a report can be opened again.

import { button, el } from "../look/dom.ts";
import { type Days, dayAt, daysOf, RANGES, type Range } from "./days.ts";
import type { House, Night, Question } from "./hub.ts";
import { dayOf, t } from "./words.ts";

interface Wiring { place: HTMLFormElement; onAsk: (question: Question) => void }

export interface Form {
  paint(house: House, nights: Night[]): void;
  question(): Question;
  /** The address names days already. */
  begun(): boolean;
}

const isRange = (text: string | null): text is Range => RANGES.some((one) => one === text);

export function createForm({ place, onAsk }: Wiring): Form {
  const address = new URLSearchParams(location.search);
  const chosen = {
    range: isRange(address.get("range")) ? (address.get("range") as Range) : address.has("from") ? "own" : "night" as Range,
    own: { from: address.get("from") ?? "", to: address.get("to") ?? "" },
    event: address.get("event") ?? "",
  };
  let shown: { house: House; nights: Night[] } | null = null;

  function days(): Days {
    const today = shown ? dayAt(Date.parse(shown.house.now), shown.house.timezone) : "";
    return chosen.range === "own" ? chosen.own : daysOf(chosen.range, today);
  }

  const question = (): Question => ({ ...days(), event: chosen.event, damaged: "refuse" });

  function choose(range: Range): void {
    chosen.own = days(); // the days that are shown are where own ones begin
    chosen.range = range;
    draw();
  }

  function draw(): void {
    if (!shown) return;
    place.replaceChildren(ranges(), dates(), events(shown.nights, shown.house), el("button", { type: "submit", class: "primary", "data-testid": "show" }, t("show")));
  }

  function ranges(): HTMLElement {
    const each = RANGES.map((one) => button(t(`range.${one}`), () => choose(one), { "aria-pressed": String(one === chosen.range), "data-testid": `range-${one}` }));
    return el("div", { class: "segments", role: "group", "aria-label": t("range") }, ...each);
  }

  function dates(): HTMLElement {
    const { from, to } = days();
    if (chosen.range !== "own") {
      const words = from === to ? dayOf(from, true) : `${dayOf(from, from.slice(0, 4) !== to.slice(0, 4))} – ${dayOf(to, true)}`;
      return el("p", { class: "days", "data-testid": "days" }, words);
    }
    const field = (id: "from" | "to", value: string) => {
      const input = el("input", { id, type: "date", value, required: true, "data-testid": `day-${id}` });
      input.addEventListener("change", () => { chosen.own = { ...chosen.own, [id]: input.value }; });
      return el("label", {}, t(id), input);
    };
    return el("div", { class: "days" }, field("from", from), field("to", to));
  }

  function events(nights: Night[], house: House): HTMLElement {
    const own = house.station?.events ?? [];
    const latest = [...nights].filter((one) => own.length === 0 || own.includes(one.id))
      .sort((a, b) => (b.starts_at ?? "").localeCompare(a.starts_at ?? ""));
    const option = (id: string, words: string) => el("option", { value: id, selected: id === chosen.event }, words);
    const named = (one: Night) => [one.starts_at ? dayOf(dayAt(Date.parse(one.starts_at), house.timezone)) : "", one.name].filter(Boolean).join(" · ");
    const known = latest.some((one) => one.id === chosen.event);
    if (own.length > 0 && !known) chosen.event = latest[0]?.id ?? "";
    const list = el("select", { id: "event", "data-testid": "event" }, ...(own.length > 0 ? [] : [option("", t("event.all"))]),
      ...(chosen.event && !known ? [option(chosen.event, chosen.event)] : []), ...latest.map((one) => option(one.id, named(one))));
    list.addEventListener("change", () => { chosen.event = list.value; });
    return el("label", { class: "event" }, t("event"), list);
  }

  place.addEventListener("submit", (event) => {
    event.preventDefault();
    const { from, to } = days();
    const kept = { range: chosen.range, ...(chosen.range === "own" ? { from, to } : {}), ...(chosen.event ? { event: chosen.event } : {}) };
    history.replaceState(null, "", `${location.pathname}?${new URLSearchParams(kept as Record<string, string>)}`);
    onAsk(question());
  });

  return {
    paint: (house, nights) => { shown = { house, nights }; draw(); },
    question,
    begun: () => address.has("range") || address.has("from"),
  };
}
