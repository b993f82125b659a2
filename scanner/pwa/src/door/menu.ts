// The sheet "More": what it shows, and what its controls do.

import type { Api, Status } from "../hub/api.ts";
import { keep } from "../keep/base.ts";
import { history, reached } from "../keep/history.ts";
import { paired, token } from "../keep/stations.ts";
import { recall, remember } from "../keep/storage.ts";
import { openHistory } from "../look/history.ts";
import { lookOf } from "../look/looks.ts";
import { openMore } from "../look/more.ts";
import { closeSheet } from "../look/sheets.ts";
import type { Sound } from "../look/sound.ts";
import type { Stage } from "../look/stage.ts";
import type { Camera } from "../read/camera.ts";
import { LAYOUTS } from "../read/layouts.ts";
import { language } from "../words/words.ts";
import type { Signing } from "./signing.ts";

const OPEN: ReadonlySet<string> = new Set(["here", "sent", "stuck", "conflict"]); // whose end the hub may know by now
const ASKED_AT_ONCE = 200;

interface Wiring {
  api: Api;
  stage: Stage;
  camera: Camera;
  sound: Sound;
  signing: Signing;
  /** The page's language is this one now. */
  speak: (tag: string) => void;
  paint: () => void;
  status: () => Status | null;
  reach: () => boolean | null;
  waiting: () => number;
  event: () => string;
  chosenCamera: () => string;
  startCamera: () => void;
  /** null: this station sells nothing. */
  sell: () => (() => void) | null;
}

export interface Menu { open(): Promise<void> }

export function createMenu({ api, stage, camera, sound, signing, speak, paint, status, reach, waiting, event, chosenCamera, startCamera, sell }: Wiring): Menu {
  async function open(): Promise<void> {
    stage.shrink();
    const cameras = await camera.cameras().catch(() => []);
    openMore({
      language: language(), muted: recall("muted", false), camera: chosenCamera(), cameras, layout: recall("layout", ""), layouts: LAYOUTS,
      events: (status()?.events ?? []).map(({ id, name }): [string, string] => [id, name]), event: event(), stations: paired(),
      token: token(), accounts: reach() ? (status()?.accounts ?? []) : [], stuck: status()?.outbox?.parked ?? 0, waiting: waiting(),
      numbers: api.numbers(event()).catch(() => null),
      onLanguage: chooseLanguage,
      onMuted: (muted) => remember("muted", muted),
      onTestSound: testSound,
      onCamera: chooseCamera,
      onLayout: (layout) => remember("layout", layout),
      onEvent: (chosen) => { remember("event", chosen); paint(); },
      onStation: (chosen) => { closeSheet(); signing.pair(chosen); },
      onPair: () => { closeSheet(); signing.showSignedOut("signIn.another"); },
      onHistory: () => void showHistory(),
      onSignOut: () => signing.leave("signIn.sentence"),
      onSell: sell(),
    });
  }

  function chooseLanguage(tag: string): void {
    remember("language", tag);
    keep("notes", tag, "language").catch(() => undefined); // for the service worker
    closeSheet();
    speak(tag);
  }

  /** Loud as it will be: what a verdict sounds and feels like. */
  function testSound(): void {
    sound.unlock();
    const look = lookOf({ outcome: "admit", reason: "ok", left: 0 });
    sound.play(look.tones);
    sound.vibrate(look.vibration);
  }

  function chooseCamera(choice: string): void {
    remember("camera", choice);
    if (choice === "off") camera.stop();
    else startCamera();
  }

  async function showHistory(): Promise<void> {
    const ids = (await history()).filter(({ reach }) => OPEN.has(reach)).slice(0, ASKED_AT_ONCE).map(({ id }) => id);
    const { items } = ids.length > 0 ? await api.states(ids).catch(() => ({ items: [] })) : { items: [] };
    for (const { id, state } of items) await reached(id, state);
    openHistory(await history());
  }

  return { open };
}
