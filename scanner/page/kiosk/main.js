// The kiosk's screen: draws the frames of the hub and decides nothing.

import { byId, el } from "/page/dom.js";
import { createGun } from "/page/gun.js";
import { tonesOf } from "/page/looks.js";
import { createSound } from "/page/sound.js";
import { drawDesk, drawLamps, drawTop } from "./edges.js";
import { fit } from "./fit.js";
import { createLine } from "./line.js";
import { lookOf, scene } from "./scenes.js";
import { wordsOf } from "./words.js";

const EMPTY = {
  seq: -1, station: "", event: "", layout: "self", language: "en", state: "starting", since: null, signs: [], arrow: "down",
  camera: false, gun: false, shown: null, party: null, choices: [], trouble: null, undo: null, last: [], counts: null,
  lamps: null, sound: "", sound_seq: 0, ticks: 0, typed: true,
};
const PATIENCE = 5000; // ms between two letters of somebody who types
const WANDER = 8000; // ms between two places of the saver's mark

let current = EMPTY;
let drawn = "";
let heardSound = null;
let byHand = "";
let forget = 0;
const lens = el("img", { class: "preview", alt: "" });

const sound = createSound({ muted: () => false, onLock: () => {} });
const line = createLine({ onFrame, onLost });
const touch = (body) => line.touch(body);

function onFrame(given) {
  if (given === null) return;
  const frame = { ...EMPTY, ...given };
  play(frame);
  current = frame;
  draw(frame);
}

function onLost() {
  draw({ ...current, state: "out_of_order", trouble: { what: "hub", since: new Date().toISOString(), contact: current.trouble?.contact ?? "" } });
}

/** Each sound once, and none for what happened before this page was there. */
function play(frame) {
  const before = heardSound;
  heardSound = frame.sound_seq;
  if (before === null || frame.sound_seq <= before || !frame.sound) return;
  sound.unlock();
  sound.play(tonesOf(frame.sound, frame.ticks));
}

function draw(frame) {
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
function drawStage(frame, t) {
  const { state, language, layout, arrow, camera, gun, shown, party, choices, trouble } = frame;
  const key = JSON.stringify([state, language, layout, arrow, camera, gun, shown, party, choices, state === "out_of_order" && trouble]);
  if (key === drawn) return;
  drawn = key;
  const made = scene(frame, t, touch);
  made.dataset.fresh = "";
  byId("stage").replaceChildren(made);
  look(made, t);
  fit(made);
}

function look(made, t) {
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

function wander() {
  const mark = document.querySelector("[data-mark]");
  if (!mark) return;
  const room = mark.parentElement.getBoundingClientRect();
  const size = mark.getBoundingClientRect();
  const x = Math.random() * Math.max(0, room.width - size.width);
  const y = Math.random() * Math.max(0, room.height - size.height);
  mark.style.translate = `${x}px ${y}px`;
}

byId("language").addEventListener("click", () => {
  touch({ action: "language", language: current.language === "es" ? "en" : "es" });
});
function onCode(code) {
  if (current.typed) touch({ action: "typed", code });
}

/** A person who types a code, letter by letter, and ends it with Enter. */
function onTyped(letters) {
  clearTimeout(forget);
  byHand += letters;
  forget = setTimeout(() => { byHand = ""; }, PATIENCE);
}

createGun({ onCode, onTyped });
addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !byHand) return;
  onCode(byHand);
  byHand = "";
});
addEventListener("contextmenu", (event) => event.preventDefault());
addEventListener("resize", () => { const made = byId("stage").firstElementChild; if (made) fit(made); });
setInterval(wander, WANDER);
sound.unlock();
draw(EMPTY);
