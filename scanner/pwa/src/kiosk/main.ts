// The kiosk's screen: draws the frames of the hub and decides nothing.

import { byId, el } from "../look/dom.ts";
import { tonesOf } from "../look/looks.ts";
import { createSound } from "../look/sound.ts";
import { createGun } from "../read/gun.ts";
import { drawDesk, drawLamps, drawTop } from "./edges.ts";
import { fit } from "./fit.ts";
import { EMPTY, type Frame, type Say, type Touch } from "./frame.ts";
import { createLine } from "./line.ts";
import { lookOf, scene } from "./scenes.ts";
import { wordsOf } from "./words.ts";

const PATIENCE = 5000; // ms between two letters of somebody who types
const WANDER = 8000; // ms between two places of the saver's mark

let current: Frame = EMPTY;
let drawn = "";
let heardSound: number | null = null;
let byHand = "";
let forget = 0;
const lens = el("img", { class: "preview", alt: "" });

const sound = createSound({ muted: () => false, onLock: () => {} });
const line = createLine({ onFrame, onLost });
const touch: Touch = (body) => line.touch(body);

function onFrame(given: Partial<Frame> | null): void {
  if (given === null) return;
  const frame = { ...EMPTY, ...given };
  play(frame);
  current = frame;
  draw(frame);
}

function onLost(): void {
  draw({ ...current, state: "out_of_order", trouble: { what: "hub", since: new Date().toISOString(), contact: current.trouble?.contact ?? "" } });
}

/** Each sound once, and none for what happened before this page was there. */
function play(frame: Frame): void {
  const before = heardSound;
  heardSound = frame.sound_seq;
  if (before === null || frame.sound_seq <= before || !frame.sound) return;
  sound.unlock();
  sound.play(tonesOf(frame.sound, frame.ticks));
}

function draw(frame: Frame): void {
  const t = wordsOf(frame.language);
  document.documentElement.lang = frame.language;
  document.body.dataset.look = lookOf(frame);
  document.body.dataset.state = frame.state;
  document.body.dataset.layout = frame.layout;
  drawTop(frame, t);
  drawDesk(frame, t, touch);
  drawLamps(frame, t);
  drawStage(frame, t);
}

/** The stage is only built anew when what stands on it has changed: a preview must not start again with each frame. */
function drawStage(frame: Frame, t: Say): void {
  const { state, language, layout, arrow, camera, gun, extra, shown, party, choices, trouble } = frame;
  const key = JSON.stringify([state, language, layout, arrow, camera, gun, extra, shown, party, choices, state === "out_of_order" && trouble]);
  if (key === drawn) return;
  drawn = key;
  const made = scene(frame, t, touch);
  made.dataset.fresh = "";
  byId("stage").replaceChildren(made);
  look(made, t);
  fit(made);
}

function look(made: HTMLElement, t: Say): void {
  const place = made.querySelector("[data-lens]");
  if (!place) {
    lens.removeAttribute("src");
    return;
  }
  lens.alt = t("preview");
  if (!lens.getAttribute("src")) lens.src = `${line.preview}${line.preview.includes("?") ? "&" : "?"}at=${Date.now()}`;
  place.prepend(lens);
}

lens.addEventListener("error", () => {
  lens.removeAttribute("src");
  setTimeout(() => { if (lens.isConnected) lens.src = `${line.preview}${line.preview.includes("?") ? "&" : "?"}at=${Date.now()}`; }, 1500);
});

function wander(): void {
  const mark = document.querySelector<HTMLElement>("[data-mark]");
  if (!mark?.parentElement) return;
  const room = mark.parentElement.getBoundingClientRect();
  const size = mark.getBoundingClientRect();
  const x = Math.random() * Math.max(0, room.width - size.width);
  const y = Math.random() * Math.max(0, room.height - size.height);
  mark.style.translate = `${x}px ${y}px`;
}

byId("language").addEventListener("click", () => {
  touch({ action: "language", language: current.language === "es" ? "en" : "es" });
});
function onCode(code: string): void {
  if (current.typed) touch({ action: "typed", code });
}

/** A person who types a code, letter by letter, and ends it with Enter. */
function onTyped(letters: string): void {
  clearTimeout(forget);
  byHand += letters;
  forget = window.setTimeout(() => { byHand = ""; }, PATIENCE);
}

createGun({ onCode: ({ typed }) => onCode(typed), onTyped });
window.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !byHand) return;
  onCode(byHand);
  byHand = "";
});
window.addEventListener("contextmenu", (event) => event.preventDefault());
window.addEventListener("resize", () => { const made = byId("stage").firstElementChild; if (made) fit(made as HTMLElement); });
setInterval(wander, WANDER);
sound.unlock();
draw(EMPTY);
