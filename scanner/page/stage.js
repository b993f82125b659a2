// Where verdicts appear: full screen, then as a strip that can be opened again. The next scan always wins.

import { el } from "./dom.js";
import { shape } from "./shapes.js";
import { t } from "./words.js";
import { verdictParts } from "./verdict.js";

const LATE_STAYS = 15000; // ms
const READING_STAYS = 20000; // ms after the last touch of somebody who reads or chooses

/** places: {verdict, guest, late, live} elements; steps: see verdictParts; sound: {play, vibrate}. */
export function createStage({ places, steps, sound }) {
  let current = null;
  let timer = 0;
  let lateTimer = 0;

  /** Shows an entry at once, unless a newer scan already has its answer: then as a line of its own. */
  function show(entry) {
    if (current !== null && entry.seq < current.seq) return showLate(entry);
    current = entry;
    paint();
    size("full");
    shrinkLater(entry.look.stays);
    sound.play(entry.look.tones);
    sound.vibrate(entry.look.vibration);
    say(entry);
    return undefined;
  }

  function paint() {
    const { verdict, guest } = places;
    Object.assign(verdict.dataset, {
      outcome: current.outcome, reason: current.reason ?? "", look: current.look.name, code: current.scan.body?.code ?? "",
    });
    verdict.replaceChildren(...verdictParts(current, { ...steps, close: shrink, open }));
    verdict.hidden = false;
    verdict.scrollTop = 0;
    guest.replaceChildren(...guestParts(current.guest));
    guest.hidden = guest.childElementCount === 0;
  }

  function say(entry) {
    // Emptied first: the same words twice would not be read out.
    places.live.textContent = "";
    const words = [entry.word, entry.detail, entry.name, ...(entry.guest?.tags ?? []), entry.guest?.note].filter(Boolean).join(". ");
    setTimeout(() => { places.live.textContent = words; }, 30);
  }

  function size(name) {
    places.verdict.dataset.size = name;
    document.body.dataset.look = name === "full" ? current.look.name : "idle";
  }

  function shrink() {
    clearTimeout(timer);
    if (current !== null) size("strip");
  }

  function shrinkLater(ms) {
    clearTimeout(timer);
    timer = setTimeout(shrink, ms);
  }

  /** Opens the strip again. Not for ever: a green that stays would wave the next guest through. */
  function open() {
    if (current === null) return;
    size("full");
    hold();
  }

  function hold() {
    if (current !== null) shrinkLater(READING_STAYS);
  }

  /** The code just answered was read again: the same verdict, no second sound. */
  function repeat(code) {
    if (current?.scan.body?.code !== code) return;
    size("full");
    shrinkLater(current.look.stays);
  }

  function showLate(entry) {
    const words = [t("verdict.late", { what: entry.word }), entry.name, entry.detail].filter(Boolean).join(" · ");
    places.late.dataset.look = entry.look.name;
    places.late.replaceChildren(shape(entry.look.shape), el("span", {}, words));
    places.late.hidden = false;
    clearTimeout(lateTimer);
    lateTimer = setTimeout(() => { places.late.hidden = true; }, LATE_STAYS);
  }

  function clear() {
    clearTimeout(timer);
    current = null;
    places.verdict.hidden = true;
    places.guest.hidden = true;
    places.late.hidden = true;
    document.body.dataset.look = "idle";
  }

  places.verdict.addEventListener("pointerdown", hold);
  places.verdict.addEventListener("focusin", hold);
  return { show, shrink, repeat, clear, hold, get current() { return current; } };
}

function guestParts(guest) {
  if (!guest) return [];
  const tags = (guest.tags ?? []).map((tag) => el("li", {}, String(tag)));
  return [tags.length > 0 ? el("ul", {}, ...tags) : null, guest.note ? el("p", {}, guest.note) : null].filter(Boolean);
}
