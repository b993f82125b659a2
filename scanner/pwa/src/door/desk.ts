// Scans on their way. Each reading becomes one scan with one id. The hub decides while it answers; else this phone does,
// on its snapshot, and brings the scan as soon as the hub is back. What the hub then says is final.

import type { Answer, Wish } from "../domain/answer.ts";
import { clean } from "../domain/codes.ts";
import { type Api, Trouble } from "../hub/api.ts";
import type { Done } from "../keep/history.ts";
import { newId } from "../keep/ids.ts";
import { add, type Ended, hearQueue, type News, sendWaiting, type Taken, type Waiting, waitingOnes } from "../keep/queue.ts";
import { sendLater } from "../keep/shelf.ts";
import type { Snapshot } from "../keep/snapshot.ts";
import { hubNow } from "../words/times.ts";
import { SameReading } from "./guard.ts";

const PATIENCE = 600; // ms for a hub that was there a moment ago and a guest whom the snapshot knows
const PATIENCE_UNKNOWN = 2500; // the hub asks the platform about a code that it does not know
const SHORT = 4; // times as short for a hub that let the one before wait in vain
const AGAIN = 3000; // ms until what could not be brought is tried again

/** `seq`: the order of reading. */
export interface Asked { id: string; seq: number; at: string; wish: Wish }

type Entry = Pick<Done, "id" | "admission" | "allowance" | "heads">;

interface Wiring {
  api: Api;
  snapshot: Snapshot;
  /** Is the hub there? null: not known yet. */
  reach: () => boolean | null;
  decide: (asked: Asked) => Answer;
  auth: () => { token: string; language: string };
  onSent: (asked: Asked) => void;
  onAnswer: (asked: Asked, answer: Answer) => void;
  onTrouble: (asked: Asked, trouble: Trouble) => void;
  /** The hub took what this phone had decided; `said` was shown at the door. */
  onTaken: (taken: Taken) => Promise<void>;
  onWaiting: (count: number) => void;
  /** This phone can't keep what it decided. */
  onUnkept: () => void;
  onSignedOut: () => void;
}

export class Desk {
  private readonly wiring: Wiring;
  private readonly same = new SameReading();
  private seq = 0;
  private sending: Promise<void> | null = null;
  private again = false;
  private isLate = false; // the hub, with its last answer
  private timer = 0;
  /** Scans and undos by id whose heads are counted as waiting. */
  private readonly counted = new Map<string, Waiting>();
  private readonly settled = new Set<string>();
  /** Scans that the hub was asked about and that have no verdict yet. */
  private readonly open = new Set<string>();
  waiting = 0;

  constructor(wiring: Wiring) {
    this.wiring = wiring;
    hearQueue((news) => void this.hear(news));
  }

  /** What the phone has not sent yet counts from the start. */
  async start(): Promise<void> {
    for (const one of await waitingOnes()) this.wait(one);
    await this.count();
    this.send();
  }

  private wait(one: Waiting): void {
    if (this.counted.has(one.id) || this.settled.has(one.id)) return;
    this.counted.set(one.id, one);
    this.wiring.snapshot.wait(one.admission, insideOf(one), one.allowance);
  }

  /** A reading by camera or gun; false when it is the one before, still in view. `more` is asked for new ones only. */
  read(code: string, more: () => Partial<Wish>): boolean {
    if (this.same.seen(code)) return false;
    void this.ask({ code, ...more() });
    return true;
  }

  /** Whoever shows a code again after something was taken back means it. */
  forgetReadings(): void {
    this.same.forgetAll();
  }

  /** A wish: read, typed, chosen, or the next step after a verdict. */
  async ask(wish: Wish): Promise<void> {
    this.seq += 1;
    this.same.note(wish.code);
    const asked: Asked = { id: newId(), seq: this.seq, at: new Date(hubNow()).toISOString(), wish };
    this.wiring.onSent(asked);
    this.open.add(asked.id);
    try {
      await this.answer(asked);
    } finally {
      this.open.delete(asked.id);
      this.same.note(wish.code);
    }
  }

  /** A scan that the hub tells everybody of. Our own, whose answer is still on its way, must not look like somebody else's. */
  overhear(answer: Answer): void {
    if (!this.open.has(answer.id)) this.wiring.snapshot.learn(answer);
  }

  private async answer(asked: Asked): Promise<void> {
    const { api, snapshot, reach, onAnswer, onTrouble } = this.wiring;
    if (reach() === false) return this.decideHere(asked);
    const { code, heads, party, admission, override, event } = asked.wish;
    const asking = api.scan({ id: asked.id, code, heads: heads ?? 1, party, admission, override, event });
    const patience = (snapshot.knows(clean(code)) ? PATIENCE : PATIENCE_UNKNOWN) / (this.isLate ? SHORT : 1);
    const first = await Promise.race([asking.catch((trouble: Trouble) => trouble), later(patience)]);
    this.isLate = first === null;
    if (first === null) {
      await this.decideHere(asked);
      asking.then((answer) => snapshot.learn(answer, clean(code)), () => undefined).finally(() => this.send());
    } else if (!(first instanceof Error)) {
      snapshot.learn(first, clean(code));
      onAnswer(asked, first);
    } else if (first instanceof Trouble && !first.passing) onTrouble(asked, first);
    else if (first instanceof Trouble && first.kind !== "signed-out") await this.decideHere(asked);
  }

  /** On the disk of this phone before it is shown. */
  private async decideHere(asked: Asked): Promise<void> {
    const { decide, snapshot, onAnswer, onUnkept } = this.wiring;
    const answer = decide(asked);
    const { pin: _, ...override } = asked.wish.override ?? { reason: "" };
    const one: Waiting = {
      what: "scan", id: asked.id, at: asked.at, by: this.wiring.auth().token, allowance: answer.allowance, admission: answer.admission,
      body: { ...asked.wish, direction: answer.direction, heads: asked.wish.heads ?? 1, override: asked.wish.override ? override : undefined },
      said: { outcome: answer.outcome, reason: answer.reason, heads: answer.heads },
    };
    this.wait(one);
    if (answer.provisional) snapshot.learn({ ...answer, entered: 0 }, clean(asked.wish.code)); // the next one with this code is known
    if (!(await add(one))) onUnkept();
    onAnswer(asked, answer);
    await this.count();
    void sendLater();
  }

  /** Take back an entry that the hub may not have heard of. */
  async takeBack({ id, admission, allowance, heads }: Entry): Promise<void> {
    const one: Waiting = {
      what: "undo", id: `undo:${id}`, of: id, at: new Date(hubNow()).toISOString(), by: this.wiring.auth().token, allowance, admission, heads,
    };
    this.wait(one);
    if (!(await add(one))) this.wiring.onUnkept();
    await this.count();
    void sendLater();
  }

  /** Bring what waits; asked for while it does, it looks once more afterwards. Ends when there is nothing left to try. */
  send(): Promise<void> {
    this.again = true;
    this.sending ??= this.sendAll().finally(() => { this.sending = null; });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    let ended: Ended = "sent";
    while (this.again && ended === "sent") {
      this.again = false;
      const { token, language } = this.wiring.auth();
      if (!token) return;
      ended = await sendWaiting(language, token, (taken) => this.taken(taken)).catch(() => "nobody" as const);
      await this.count();
    }
    if (ended === "signed-out") this.wiring.onSignedOut();
    else if (ended !== "sent") this.sendAgain();
  }

  private sendAgain(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.send(), AGAIN);
  }

  /** Of another page on this phone, or the service worker. */
  private async hear(news: News): Promise<void> {
    if ("added" in news) this.wait(news.added);
    else for (const one of news.taken) await this.taken(one);
    await this.count();
  }

  private async taken(taken: Taken): Promise<void> {
    const { waiting, answer } = taken;
    if (!this.counted.delete(waiting.id)) return; // told before
    this.settled.add(waiting.id); // news of another page may come late
    this.wiring.snapshot.wait(waiting.admission, -insideOf(waiting), waiting.allowance);
    if (answer) this.wiring.snapshot.learn(answer, waiting.what === "scan" ? clean(waiting.body.code) : "");
    await this.wiring.onTaken(taken);
  }

  private async count(): Promise<void> {
    this.waiting = (await waitingOnes()).length;
    this.wiring.onWaiting(this.waiting);
  }
}

/** Heads that are inside because of it. */
function insideOf(one: Waiting): number {
  if (one.what === "undo") return -one.heads;
  return one.said.outcome === "admit" && one.body.direction !== "out" ? one.said.heads : 0;
}

const later = (ms: number): Promise<null> => new Promise((resolve) => { setTimeout(() => resolve(null), ms); });
