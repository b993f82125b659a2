// The button that takes the last entry back, and says which. Kept over a reload, forgotten with the tab.

import { el } from "./dom.js";
import { sign } from "./shapes.js";
import { hubNow } from "./times.js";
import { t } from "./words.js";

const KEY = "doorcheck.undo";
const MOST = 20;

/** onDone(entered, answer), onTrouble(entered, trouble); entered: {id, code, name, heads, until}. */
export function createUndo({ place, api, onDone, onTrouble }) {
  let done = kept();
  let timer = 0;

  function add(scan, answer) {
    if (answer.outcome !== "admit" || !answer.undo_until) return;
    const name = answer.guest?.name || shortened(scan.body.code);
    const one = { id: scan.id, code: scan.body.code, name, heads: answer.heads, until: Date.parse(answer.undo_until) };
    change([...done.filter((other) => other.id !== one.id), one].slice(-MOST));
  }

  const remove = (id) => change(done.filter((one) => one.id !== id));

  function change(next) {
    done = next;
    try {
      sessionStorage.setItem(KEY, JSON.stringify(done));
    } catch {
      // Forbidden: it lasts as long as the page.
    }
    paint();
  }

  function last() {
    return done.findLast((one) => one.until > hubNow()) ?? null;
  }

  function paint() {
    clearTimeout(timer);
    const one = last();
    const what = one ? t("undo.what", { name: one.name, n: one.heads }) : t("undo.none");
    place.disabled = one === null;
    place.setAttribute("aria-label", `${t("bar.undo")}: ${what}`);
    place.replaceChildren(sign("undo"), el("span", { class: "undo-texts" }, el("span", {}, `${t("bar.undo")} ${one?.heads ?? ""}`), el("b", {}, one?.name ?? what)));
    if (one) timer = setTimeout(paint, Math.min(one.until - hubNow() + 50, 2 ** 30));
  }

  async function takeBack(one) {
    place.disabled = true;
    try {
      const answer = await api.undo(one.id);
      remove(one.id);
      onDone(one, answer);
    } catch (trouble) {
      if (trouble.kind === "request") remove(one.id); // too late: asking again is no use
      paint();
      onTrouble(one, trouble);
    }
  }

  place.addEventListener("click", () => {
    const one = last();
    if (one) takeBack(one);
  });
  paint();
  return { add, paint, clear: () => change([]) };
}

function kept() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

const shortened = (code) => (code.length > 8 ? `…${code.slice(-6)}` : code);
