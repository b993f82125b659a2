// Finding a guest by name, mail, phone or code, as it is typed; without the hub by first name and rate, on what this
// phone knows. What was found is forgotten when the sheet closes.

import { clean } from "../domain/codes.ts";
import { type Found, isOfExtra } from "../domain/model.ts";
import { type Api, type SearchRow, Trouble } from "../hub/api.ts";
import type { Snapshot } from "../keep/snapshot.ts";
import { button, el } from "../look/dom.ts";
import { openSheet } from "../look/sheets.ts";
import { painted } from "../read/timing.ts";
import { t, tOf } from "../words/words.ts";
import type { Row } from "./admitting.ts";

const SETTLE = 20; // ms after the last letter: two of a fast pair are one question
const LEAST = 2;
const MOST = 30;

interface Searching {
  api: Api;
  snapshot: Snapshot;
  reach: () => boolean | null;
  event: string;
  /** The person at the door wants this one in. */
  admit: (row: Row) => void;
  /** A row has to say which event it is for. */
  severalEvents: boolean;
}

export function openSearch({ api, snapshot, reach, event, admit, severalEvents }: Searching): void {
  const field = el("input", {
    type: "text", inputmode: "search", "data-testid": "search-input", placeholder: t("search.field"), "aria-label": t("search.field"),
    autocapitalize: "off", autocomplete: "off", autocorrect: "off", spellcheck: "false", enterkeyhint: "search",
  });
  const rows = el("div", { class: "rows", "aria-live": "polite" });
  let timer = 0;
  let typedAt = 0;
  let asked: AbortController | null = null;

  const say = (key: string) => rows.replaceChildren(el("p", { class: "quiet" }, t(key)));

  async function look(): Promise<void> {
    asked?.abort();
    const words = field.value.trim();
    if (words.length < LEAST) return say("search.start");
    const mine = new AbortController();
    asked = mine;
    const found = await find(words, mine.signal);
    if (asked !== mine) return;
    if (typeof found === "string") say(found);
    else show(found);
    painted("search", typedAt);
  }

  async function find(words: string, signal: AbortSignal): Promise<SearchRow[] | string> {
    if (reach() === false) return here(words);
    try {
      return (await api.admissions(words, event, signal)).items;
    } catch (trouble) {
      return trouble instanceof Trouble && trouble.passing ? here(words) : "search.trouble";
    }
  }

  function here(words: string): SearchRow[] | string {
    if (snapshot.size === 0) return "search.trouble";
    const byCode = snapshot.find(clean(words));
    const found = byCode.length > 0 ? byCode : snapshot.search(words, MOST);
    const events = snapshot.events;
    return found.map((one) => rowHere(one, events.get(one.admission.event)?.name ?? "", snapshot.allowance));
  }

  function show(items: SearchRow[]): void {
    if (items.length === 0) say("search.none");
    else rows.replaceChildren(...items.map((item) => rowOf(item, admit, severalEvents)));
  }

  field.addEventListener("input", () => {
    typedAt = performance.now();
    clearTimeout(timer);
    timer = window.setTimeout(() => void look(), SETTLE);
  });
  const now = (event: Event) => { event.preventDefault(); clearTimeout(timer); void look(); };
  say("search.start");
  const sheet = openSheet("search-sheet", t("search.title"), el("form", { onsubmit: now }, field), rows);
  sheet.classList.add("tall"); // the field stays above the keyboard of a phone
  sheet.addEventListener("close", () => { clearTimeout(timer); asked?.abort(); });
  field.focus();
}

/** A guest of the snapshot has no code to show: it is admitted as the row that was chosen. */
function rowHere({ admission, name }: Found, eventName: string, { ref, name: extra }: Snapshot["allowance"]): SearchRow {
  const { id, kind, rate, standing, room, event } = admission;
  const [limit, entered] = [room?.limit ?? 0, room?.entered ?? 0];
  const left = Math.max(limit - entered, 0);
  return {
    admission: id, name, note: "", kind, rate, standing, limit, entered, left, code: "", event: { id: event, name: eventName }, allowance: ref,
    allowances: room === null ? [] : [{ ref, name: extra, left, limit }],
  };
}

function rowOf(item: SearchRow, admit: (row: Row) => void, severalEvents: boolean): HTMLElement {
  const ready = item.standing === "good" && item.left !== 0;
  const what = [item.rate, t(`kind.${item.kind}`), severalEvents ? item.event?.name : ""].filter(Boolean).join(" · ");
  return el("div", { class: "row", "data-testid": "search-row", "data-admission": item.admission, "data-standing": item.standing },
    el("div", { class: "row-texts" },
      el("b", {}, item.name || item.code), el("span", {}, what), el("span", { class: "state" }, stateOf(item))),
    button(ready ? tOf(isOfExtra(item), "row.admit") : t("row.check"), () => admit(item), { class: ready ? "primary" : "plain", "data-testid": "search-admit" }));
}

function stateOf(item: SearchRow): string {
  const { standing, entered, limit, left } = item;
  const word = standing === "good" ? "" : t(`standing.${standing}`);
  const count = left === 0 ? tOf(isOfExtra(item), "row.allIn") : tOf(isOfExtra(item), "row.in", { entered: entered ?? 0, limit: limit ?? "–" });
  return [word, isWithout(item) ? t("row.without") : count].filter(Boolean).join(" · ");
}

/** The station hands out something that this guest's ticket does not include. */
const isWithout = (item: SearchRow): boolean => isOfExtra(item) && !item.allowances.some(({ ref }) => ref === item.allowance);
