// One function a state: a frame -> what stands on the stage. Pure but for the touches that the buttons send.

import { ENTRANCE } from "../domain/model.ts";
import { type Child, el } from "../look/dom.ts";
import { rightsList } from "../look/rights.ts";
import { type ShapeName, shape } from "../look/shapes.ts";
import type { Frame, Say, Shown, Touch } from "./frame.ts";
import { partyChooser } from "./party.ts";
import { arrow, ticket } from "./pictures.ts";

export const SHAPES: Readonly<Record<string, ShapeName>> = { admit: "tick", already: "rings", refuse: "octagon", ask: "hand", trouble: "plug", undo: "back" };
const KNOWN_TROUBLES = new Set([
  "camera_missing", "camera_locked", "camera_blind", "gun_missing", "gun_locked", "readers", "database", "disk", "hub",
]);

type Scene = (frame: Frame, t: Say, touch: Touch) => HTMLElement;

const SCENES: Readonly<Record<string, Scene>> = { starting, ready, reading, verdict, party: verdict, staff: verdict, out_of_order: outOfOrder, closed, saver };

/** The stage of a frame; a state that is not known here is like one that is starting. */
export const scene: Scene = (frame, t, touch) => (SCENES[frame.state] ?? starting)(frame, t, touch);

/** The look that colours the whole screen. */
export function lookOf(frame: Frame): string {
  if (frame.state === "out_of_order") return "trouble";
  return frame.shown && ["verdict", "party", "staff"].includes(frame.state) ? frame.shown.look : "idle";
}

function starting(_frame: Frame, t: Say): HTMLElement {
  return el("section", { class: "scene alone" }, texts(word(t("starting")), detail(t("starting.detail"))));
}

function reading(_frame: Frame, t: Say): HTMLElement {
  return el("section", { class: "scene alone" }, texts(word(t("reading")), detail(t("reading.detail"))));
}

function ready(frame: Frame, t: Say): HTMLElement {
  const how = frame.camera && frame.gun ? "both" : frame.camera ? "camera" : frame.gun || frame.typed ? "gun" : "none";
  const said = texts(word(t("ready")), name(extraWords(frame, t)), detail(t(`ready.${how}`)));
  const pointer = frame.arrow === "none" ? null : arrow(frame.arrow);
  if (!frame.camera) return el("section", { class: "scene" }, pointer ?? ticket(), said);
  return el("section", { class: "scene with-camera" }, el("div", { class: "lens", "data-lens": true }, pointer), said);
}

function closed(_frame: Frame, t: Say): HTMLElement {
  return el("section", { class: "scene alone" }, texts(word(t("closed")), detail(t("closed.detail"))));
}

function saver(frame: Frame, t: Say, touch: Touch): HTMLElement {
  const mark = el("div", { "data-mark": true }, ticket(), el("h1", {}, t("saver")), name(extraWords(frame, t)));
  return el("section", { class: "saver", onclick: () => touch({ action: "wake" }) }, mark);
}

function outOfOrder(frame: Frame, t: Say): HTMLElement {
  const trouble = frame.trouble ?? { what: "other", since: frame.since };
  const known = KNOWN_TROUBLES.has(trouble.what) ? trouble.what : "other";
  const facts = [
    trouble.since ? t("out.since", { time: clock(trouble.since, frame.language) }) : "",
    trouble.contact ? t("out.call", { contact: trouble.contact }) : "",
  ].filter(Boolean).join(" · ");
  const said = texts(word(t("out")), name(t("out.guest")), detail(t(`out.${known}`)), rate(facts));
  return el("section", { class: "scene" }, shape("plug"), said);
}

function verdict(frame: Frame, t: Say, touch: Touch): HTMLElement {
  const { shown } = frame;
  if (!shown) return starting(frame, t);
  const said = texts(
    word(shown.word),
    name(shown.name),
    detail(shown.detail),
    rightsList(shown.rights ?? [], shown.allowance ?? ENTRANCE, t),
    frame.layout === "staffed" ? rate(shown.rate) : null,
    remarks(shown),
  );
  const foot = frame.party ? partyChooser(frame.party, t, touch) : choices(frame, t, touch);
  return el("section", { class: "scene" }, shape(SHAPES[shown.look] ?? "plug", frame.party?.left ?? 0), said, foot);
}

function choices(frame: Frame, t: Say, touch: Touch): HTMLElement | null {
  if (!frame.choices?.length) return null;
  const buttons = frame.choices.map((one) =>
    el(
      "button",
      { class: "choice", type: "button", onclick: () => touch({ action: "choose", scan: frame.shown?.scan, admission: one.admission }) },
      one.name,
      el("small", {}, [one.rate, t("choice.left", { n: one.left })].filter(Boolean).join(" · ")),
    ),
  );
  return el("div", { class: "foot choices" }, ...buttons);
}

function remarks({ note, tags }: Shown): HTMLElement | null {
  const all = [...(tags ?? []), note].filter(Boolean);
  return all.length > 0 ? el("ul", { class: "remarks" }, ...all.map((one) => el("li", {}, one))) : null;
}

const texts = (...children: Child[]) => el("div", { class: "texts" }, ...children);
const word = (text: string) => el("h1", { class: "word", "data-testid": "word" }, text);
const line = (kind: string) => (text: string) => (text ? el("p", { class: kind, "data-testid": kind, dir: "auto" }, text) : null);
const name = line("name");
const detail = line("detail");
const rate = line("rate");

/** What the station hands out; "" at an entrance. */
export const extraWords = ({ extra }: Frame, t: Say): string => (extra === null ? "" : extra.name || t("rights.extra"));

/** A time of day as people there write it. */
export function clock(at: string, language: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString(language, { hour: "2-digit", minute: "2-digit", hour12: false });
}
