// Where verdicts appear: full screen, then as a strip that can be opened again. The next scan always wins.

import type { Guest } from "../domain/answer.ts";
import { isOfExtra } from "../domain/model.ts";
import { painted } from "../read/timing.ts";
import { t } from "../words/words.ts";
import { el } from "./dom.ts";
import type { Entry } from "./entries.ts";
import { rightWords } from "./rights.ts";
import { shape } from "./shapes.ts";
import type { Sound } from "./sound.ts";
import { type Steps, verdictParts } from "./verdict.ts";

const LATE_STAYS = 15_000; // ms
const READING_STAYS = 20_000; // ms after the last touch of somebody who reads or chooses

interface Places { verdict: HTMLElement; guest: HTMLElement; late: HTMLElement; live: HTMLElement }

export interface Stage {
  show(entry: Entry, since?: number): void;
  shrink(): void;
  repeat(code: string): void;
  clear(): void;
  hold(): void;
  readonly current: Entry | null;
}

export function createStage({ places, steps, sound }: { places: Places; steps: Steps; sound: Sound }): Stage {
  let current: Entry | null = null;
  let timer = 0;
  let lateTimer = 0;

  /** Shows an entry at once, unless a newer scan already has its answer: then as a line of its own. `since`: when it
   * was read (ms of performance). */
  function show(entry: Entry, since?: number): void {
    if (current !== null && entry.seq < current.seq) return showLate(entry);
    current = entry;
    paint(entry);
    size("full");
    shrinkLater(entry.look.stays);
    sound.play(entry.look.tones);
    sound.vibrate(entry.look.vibration);
    if (since !== undefined) painted("verdict", since);
    say(entry);
  }

  function paint(entry: Entry): void {
    const { verdict, guest } = places;
    Object.assign(verdict.dataset, {
      outcome: entry.outcome, reason: entry.reason ?? "", look: entry.look.name, code: entry.scan.wish.code ?? "",
      here: String(Boolean(entry.answer?.here)), extra: String(entry.answer !== null && isOfExtra(entry.answer)),
    });
    verdict.replaceChildren(...verdictParts(entry, { ...steps, close: shrink, open }));
    verdict.hidden = false;
    verdict.scrollTop = 0;
    guest.replaceChildren(...guestParts(entry.guest));
    guest.hidden = guest.childElementCount === 0;
  }

  function say(entry: Entry): void {
    // Emptied first: the same words twice would not be read out.
    places.live.textContent = "";
    const rights = entry.answer?.allowances ?? [];
    const left = rights.length > 1 ? rights.map((right) => rightWords(right, t)) : [];
    const words = [entry.word, entry.detail, entry.name, ...(entry.guest?.tags ?? []), entry.guest?.note, ...left].filter(Boolean).join(". ");
    setTimeout(() => { places.live.textContent = words; }, 30);
  }

  function size(name: "full" | "strip"): void {
    places.verdict.dataset.size = name;
    document.body.dataset.look = name === "full" && current ? current.look.name : "idle";
  }

  function shrink(): void {
    clearTimeout(timer);
    if (current !== null) size("strip");
  }

  function shrinkLater(ms: number): void {
    clearTimeout(timer);
    timer = window.setTimeout(shrink, ms);
  }

  /** Opens the strip again. Not for ever: a green that stays would wave the next guest through. */
  function open(): void {
    if (current === null) return;
    size("full");
    hold();
  }

  function hold(): void {
    if (current !== null) shrinkLater(READING_STAYS);
  }

  /** The code just answered was read again: the same verdict, no second sound. */
  function repeat(code: string): void {
    if (current?.scan.wish.code !== code) return;
    size("full");
    shrinkLater(current.look.stays);
  }

  function showLate(entry: Entry): void {
    const words = [t("verdict.late", { what: entry.word }), entry.name, entry.detail].filter(Boolean).join(" · ");
    places.late.dataset.look = entry.look.name;
    places.late.replaceChildren(shape(entry.look.shape), el("span", {}, words));
    places.late.hidden = false;
    clearTimeout(lateTimer);
    lateTimer = window.setTimeout(() => { places.late.hidden = true; }, LATE_STAYS);
  }

  function clear(): void {
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

function guestParts(guest: Guest | null): HTMLElement[] {
  if (!guest) return [];
  const tags = (guest.tags ?? []).map((tag) => el("li", {}, String(tag)));
  return [tags.length > 0 ? el("ul", {}, ...tags) : null, guest.note ? el("p", {}, guest.note) : null].filter((part) => part !== null);
}
