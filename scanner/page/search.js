// Finding a guest by name, mail, phone or code. What was found is forgotten when the sheet closes.

import { button, el } from "./dom.js";
import { openSheet } from "./sheets.js";
import { t } from "./words.js";

const SETTLE = 150; // ms after the last letter
const LEAST = 2;

/** admit(row): the person at the door wants this one in. `severalEvents`: a row has to say which one it is for. */
export function openSearch({ api, admit, severalEvents }) {
  const field = el("input", {
    type: "text", inputmode: "search", "data-testid": "search-input", placeholder: t("search.field"), "aria-label": t("search.field"),
    autocapitalize: "off", autocomplete: "off", autocorrect: "off", spellcheck: "false", enterkeyhint: "search",
  });
  const rows = el("div", { class: "rows", "aria-live": "polite" });
  let timer = 0;
  let asked = null;

  const say = (key) => rows.replaceChildren(el("p", { class: "quiet" }, t(key)));

  async function look() {
    asked?.abort();
    asked = null;
    const words = field.value.trim();
    if (words.length < LEAST) return say("search.start");
    const mine = new AbortController();
    asked = mine;
    try {
      const { items } = await api.admissions(words, mine.signal);
      if (asked === mine) show(items);
    } catch {
      if (asked === mine) say("search.trouble");
    }
    return undefined;
  }

  function show(items) {
    if (items.length === 0) say("search.none");
    else rows.replaceChildren(...items.map((item) => rowOf(item, { admit, severalEvents })));
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, SETTLE);
  });
  const form = el("form", { onsubmit: (event) => { event.preventDefault(); clearTimeout(timer); look(); } }, field);
  say("search.start");
  const sheet = openSheet("search-sheet", t("search.title"), form, rows);
  sheet.classList.add("tall"); // the field stays above the keyboard of a phone
  sheet.addEventListener("close", () => { clearTimeout(timer); asked?.abort(); });
  field.focus();
}

function rowOf(item, { admit, severalEvents }) {
  const ready = item.standing === "good" && item.left !== 0;
  const what = [item.rate, t(`kind.${item.kind}`), severalEvents ? item.event?.name : ""].filter(Boolean).join(" · ");
  return el("div", { class: "row", "data-testid": "search-row", "data-admission": item.admission, "data-standing": item.standing },
    el("div", { class: "row-texts" },
      el("b", {}, item.name || item.code), el("span", {}, what), el("span", { class: "state" }, stateOf(item))),
    button(t(ready ? "row.admit" : "row.check"), () => admit(item), { class: ready ? "primary" : "plain", "data-testid": "search-admit" }));
}

function stateOf({ standing, entered, limit, left }) {
  const word = standing === "good" ? "" : t(`standing.${standing}`);
  const count = left === 0 ? t("row.allIn") : t("row.in", { entered: entered ?? 0, limit: limit ?? "–" });
  return [word, count].filter(Boolean).join(" · ");
}
