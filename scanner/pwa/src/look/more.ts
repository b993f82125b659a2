// The sheet "More": what this phone is, how it reads, sounds and speaks, and the way out.

import type { Account, Numbers } from "../hub/api.ts";
import type { Paired } from "../keep/stations.ts";
import type { CameraChoice } from "../read/camera.ts";
import { LANGUAGES, t } from "../words/words.ts";
import { accountLines } from "./accounts.ts";
import { button, el } from "./dom.ts";
import { numbersParts } from "./numbers.ts";
import { choiceOf, closeSheet, openSheet, segments, setting } from "./sheets.ts";

export interface More {
  language: string;
  muted: boolean;
  camera: string;
  cameras: CameraChoice[];
  layout: string;
  layouts: readonly string[];
  events: [string, string][];
  event: string;
  stations: Paired[];
  token: string;
  accounts: Account[];
  stuck: number;
  waiting: number;
  numbers: Promise<Numbers | null>;
  onLanguage: (tag: string) => void;
  onMuted: (muted: boolean) => void;
  onTestSound: () => void;
  onCamera: (deviceId: string) => void;
  onLayout: (layout: string) => void;
  onEvent: (event: string) => void;
  onStation: (token: string) => void;
  onPair: () => void;
  onHistory: () => void;
  onSignOut: () => void;
  /** null: this station sells nothing. */
  onSell: (() => void) | null;
}

export function openMore(more: More): void {
  const numbers = el("div", { class: "numbers", "data-testid": "numbers" }, el("p", { class: "quiet" }, t("numbers.loading")));
  void more.numbers.then((known) => numbers.replaceChildren(...numbersParts(known)));
  const signOut = button(more.waiting ? t("more.signOutWaiting", { n: more.waiting }) : t("more.signOut"),
    () => { closeSheet(); more.onSignOut(); }, { class: "wide", "data-testid": "sign-out" });
  const languages = Object.entries(LANGUAGES).map(([tag, { name }]): [string, string] => [tag, name]);
  const sheet = openSheet("more-sheet", t("more.title"),
    more.onSell ? button(t("bar.sell"), more.onSell, { class: "primary", "data-testid": "more-sell" }) : null,
    numbers,
    more.stuck > 0 ? el("p", { class: "stuck", "data-testid": "stuck" }, t("more.stuck", { n: more.stuck })) : null,
    accountLines(more.accounts),
    button(t("history.title"), more.onHistory, { class: "wide", "data-testid": "history-open" }),
    places(more),
    setting("more.language", languages.length > 3
      ? choiceOf("language", t("more.language"), languages, more.language, more.onLanguage)
      : segments("language", languages, more.language, more.onLanguage)),
    setting("more.sound", segments("sound", [["on", t("more.on")], ["off", t("more.off")]], more.muted ? "off" : "on", (value) => more.onMuted(value === "off")),
      button(t("more.testSound"), more.onTestSound, { class: "plain", "data-testid": "sound-test" })),
    setting("camera.other", choiceOf("camera-choice", t("camera.other"), cameraOptions(more.cameras), more.camera, more.onCamera)),
    setting("more.layout", choiceOf("layout-choice", t("more.layout"), layoutOptions(more.layouts), more.layout, more.onLayout)),
    signOut);
  sheet.classList.add("tall");
}

function places({ events, event, stations, token, onEvent, onStation, onPair }: More): HTMLElement {
  const named = stations.map(({ token: one, name }, index): [string, string] => [one, name || `${t("more.station")} ${index + 1}`]);
  return el("div", {},
    events.length > 1 ? setting("more.event", choiceOf("event-choice", t("more.event"), [["", t("more.allEvents")], ...events], event, onEvent)) : null,
    setting("more.station",
      named.length > 1 ? choiceOf("station-choice", t("more.station"), named, token, onStation) : null,
      button(t("more.pair"), onPair, { class: "plain", "data-testid": "pair" })));
}

function cameraOptions(cameras: CameraChoice[]): [string, string][] {
  const own = cameras.map(({ id, label }, index): [string, string] => [id, label || `${t("camera.other")} ${index + 1}`]);
  return [["", t("camera.default")], ...own, ["off", t("camera.off")]];
}

function layoutOptions(layouts: readonly string[]): [string, string][] {
  return [["", t("layout.auto")], ...layouts.map((one): [string, string] => [one, t(`layout.${one}`)])];
}
