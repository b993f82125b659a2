// What stands around the stage: event and signs above, what staff see below, lamps that are only drawn.

import { button, byId, el } from "../look/dom.ts";
import { shape } from "../look/shapes.ts";
import type { Frame, Say, Touch } from "./frame.ts";
import { sign } from "./pictures.ts";
import { clock, extraWords, SHAPES } from "./scenes.ts";

const LAMPS = ["green", "amber", "red", "buzzer", "relay"];

export function drawTop(frame: Frame, t: Say): void {
  byId("event").textContent = frame.event;
  byId("station").textContent = frame.station;
  byId("extra").textContent = extraWords(frame, t);
  byId("extra").hidden = frame.extra === null;
  byId("signs").replaceChildren(...frame.signs.flatMap((name) => signOf(name, frame, t) ?? []));
  const language = byId("language");
  language.textContent = t("language.other");
  language.hidden = frame.layout !== "self" || frame.state === "saver";
}

function signOf(name: string, frame: Frame, t: Say): HTMLElement | null {
  const drawn = sign(name);
  if (!drawn) return null;
  const words = name === "stale" ? staleWords(frame.data_age_s, t) : t(`sign.${name}`);
  return el("li", { class: "sign", "data-sign": name }, drawn, el("span", {}, words));
}

function staleWords(seconds: number | null | undefined, t: Say): string {
  if (seconds === null || seconds === undefined) return t("sign.stale.unknown");
  const minutes = Math.round(seconds / 60);
  const age = minutes < 120 ? t("age.min", { n: minutes }) : t("age.h", { n: Math.round(minutes / 60) });
  return t("sign.stale", { age });
}

export function drawDesk(frame: Frame, t: Say, touch: Touch): void {
  const desk = byId("desk");
  desk.hidden = frame.layout !== "staffed" || frame.state === "saver";
  if (desk.hidden) return;
  desk.replaceChildren(
    ...[counts(frame, t), last(frame), undo(frame, t, touch)].filter((part) => part !== null),
  );
}

function counts({ counts: told }: Frame, t: Say): HTMLElement | null {
  if (!told) return null;
  const one = (n: number, key: string) => el("li", {}, el("b", {}, String(n)), ` ${t(key)}`);
  return el("ul", { class: "counts", "data-testid": "counts" }, one(told.inside, "inside"), one(told.waiting, "waiting"));
}

function last(frame: Frame): HTMLElement {
  const rows = frame.last.slice(frame.shown ? 1 : 0, 4).map((one) =>
    el("li", {}, shape(SHAPES[one.look] ?? "plug"), el("span", {}, [clock(one.at, frame.language), one.name || one.word].filter(Boolean).join(" "))));
  return el("ul", { class: "last", "data-testid": "last" }, ...rows);
}

function undo({ undo: offer }: Frame, t: Say, touch: Touch): HTMLElement | null {
  if (!offer) return null;
  const words = t(offer.stays ? "undo.stays" : "undo", { name: offer.name || t("undo.nobody") });
  const sent = (event: MouseEvent) => { (event.currentTarget as HTMLButtonElement).disabled = true; touch({ action: "undo", scan: offer.scan }); };
  return button(words, sent, { class: "choice quiet", "data-testid": "undo" });
}

export function drawLamps({ lamps: on }: Frame, t: Say): void {
  const node = byId("lamps");
  node.hidden = !on;
  if (!on) return;
  node.replaceChildren(
    ...LAMPS.map((name) => el("span", { class: "lamp", "data-lamp": name, "data-on": String(Boolean(on[name])) }, el("i"), t(`lamp.${name}`))),
  );
}
