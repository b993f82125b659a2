// Keeps the snapshot fresh: after each start, when something happened, and now and then.

import type { Api, Status } from "../hub/api.ts";
import type { Snapshot } from "../keep/snapshot.ts";
import { hubNow } from "../words/times.ts";

const SOON = 1500; // ms after news: a busy door's are fetched together
const EVERY = 30_000;

export interface Knowing {
  /** The hub told which events are on. Fetches at once what is not known of them. */
  onStatus(status: Status): void;
  onNews(): void;
  stop(): void;
}

/** `send` brings what waits, so that the snapshot has it; `onKnown`: there is something new to decide on. */
export function createKnowing({ api, snapshot, send, onKnown }: { api: Api; snapshot: Snapshot; send: () => Promise<void>; onKnown: () => void }): Knowing {
  let events: string[] = [];
  let timer = 0;
  let due = 0; // ms of performance
  let busy = false;
  let started = 0; // counts starts: what was asked for before a stop is not taken

  async function fetchAll(): Promise<void> {
    if (busy) return later(SOON);
    busy = true;
    const mine = started;
    try {
      await send();
      for (const event of events) {
        const askedAt = performance.now();
        const part = await api.snapshot(event, snapshot.version(event));
        if (mine !== started) return;
        await snapshot.take(part, askedAt);
      }
      await snapshot.forgetOthers(new Set(events), hubNow());
      onKnown();
    } catch {
      // Cut, torn, or no hub: what was known before stays, and we ask again.
    } finally {
      busy = false;
      if (mine === started) later(EVERY);
    }
  }

  function later(ms: number): void {
    const at = performance.now() + ms;
    if (timer && due <= at) return;
    clearTimeout(timer);
    due = at;
    timer = window.setTimeout(() => { timer = 0; void fetchAll(); }, ms);
  }

  function onStatus(status: Status): void {
    const mine = status.station?.events ?? [];
    const open = status.events.map(({ id }) => id).filter((id) => mine.length === 0 || mine.includes(id));
    const news = open.join() !== events.join();
    events = open;
    if (news || !timer) later(news ? 0 : EVERY);
  }

  return { onStatus, onNews: () => later(SOON), stop: () => { started += 1; events = []; clearTimeout(timer); timer = 0; } };
}
