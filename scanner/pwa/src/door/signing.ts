// Which station this phone is: signed in by a link, a code or a token; signed out by a person, or by the hub.

import { forgetHistory } from "../keep/history.ts";
import type { Snapshot } from "../keep/snapshot.ts";
import { be, token, unpair } from "../keep/stations.ts";
import { remember, tokenIn } from "../keep/storage.ts";
import type { Alarms } from "../look/alarms.ts";
import { byId } from "../look/dom.ts";
import { closeSheet } from "../look/sheets.ts";
import type { Stage } from "../look/stage.ts";
import type { Camera } from "../read/camera.ts";
import { t } from "../words/words.ts";

const TOKEN = /^[\w-]{40,}$/; // 32 random bytes as base64url

interface Wiring {
  snapshot: Snapshot;
  camera: Camera;
  stage: Stage;
  alarms: Alarms;
  /** The hub is not asked any more, for now. */
  stopAsking: () => void;
  /** How many scans wait to be brought. */
  waiting: () => number;
  /** It is another station: what the hub told of the one before counts no more. */
  onStation: () => void;
  /** The door is on the screen. */
  onDoor: () => void;
}

export interface Signing {
  /** Be the station of this token. Another one may let in to other events, by other rules, and count another allowance. */
  become(chosen: string): Promise<void>;
  /** Sign in with a token, or with the link that carries it. */
  pair(text: string): void;
  /** The same with what the camera or a gun read. Anybody's ticket may be held before it. */
  pairByCode(code: string): void;
  lookForCode(): void;
  /** This phone forgets the guests. What was not sent yet stays to be sent. */
  leave(sentence: string): void;
  showSignedOut(sentence: string): void;
  showDoor(): void;
}

export function createSigning({ snapshot, camera, stage, alarms, stopAsking, waiting, onStation, onDoor }: Wiring): Signing {
  async function become(chosen: string): Promise<void> {
    if (chosen !== token()) {
      stopAsking();
      onStation();
      remember("station", null);
      remember("event", "");
      await snapshot.forgetAll();
    }
    be(chosen);
  }

  function pair(text: string): void {
    const found = tokenIn(text) || (/^https?:/i.test(text) ? "" : text.trim());
    if (!found) return;
    byId<HTMLInputElement>("token").value = "";
    camera.stop();
    void become(found).then(showDoor);
  }

  function pairByCode(code: string): void {
    if (tokenIn(code) || TOKEN.test(code)) pair(code);
    else byId("sign-in-sentence").textContent = t("signIn.notOurs");
  }

  function lookForCode(): void {
    byId("pairing").hidden = false;
    byId("pairing").prepend(byId("video"));
    byId("video").hidden = false;
    void camera.start();
  }

  function leave(sentence: string): void {
    unpair(token());
    void snapshot.forgetAll();
    if (waiting() === 0) void forgetHistory();
    remember("station", null);
    onStation();
    showSignedOut(waiting() > 0 ? "signIn.waiting" : sentence);
  }

  function showSignedOut(sentence: string): void {
    stopAsking();
    camera.stop();
    closeSheet();
    stage.clear();
    alarms.clear();
    byId("door").hidden = true;
    byId("signed-out").hidden = false;
    byId("sign-in-sentence").textContent = t(sentence, { n: waiting() });
    byId("sign-in-back").hidden = token() === "";
  }

  function showDoor(): void {
    byId("signed-out").hidden = true;
    byId("pairing").hidden = true;
    byId("frame").before(byId("video")); // behind it, also after it was somewhere else to sign in
    byId("door").hidden = false;
    onDoor();
  }

  return { become, pair, pairByCode, lookForCode, leave, showSignedOut, showDoor };
}
