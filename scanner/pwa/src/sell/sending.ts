// Sales on their way. One whose answer was lost is asked for again under the same id, which the hub sells once.

import { Trouble } from "../hub/api.ts";
import { dropSale, type Kept, keepSale, keptSales } from "./kept.ts";
import type { Counter, Sale } from "./wire.ts";
import { troubleWords } from "./words.ts";

const AGAIN = 2000; // ms until a sale without an answer is asked for again

/** none: no answer yet; gone: it was given up, and the hub never heard of it. */
export type Ended = { is: "sale"; sale: Sale } | { is: "refused"; trouble: Trouble } | { is: "none" } | { is: "gone" };

interface Wiring {
  counter: Counter;
  /** May this phone bring a sale that was made with this token? */
  isOurs: (by: string) => boolean;
  /** A sale that had no answer has one now. */
  onEnded: (kept: Kept, ended: Ended) => void;
  onChange: () => void;
  /** This phone can't keep it: it lives as long as the page. */
  onUnkept: () => void;
}

export interface Sending {
  /** Sales that have no answer, or one that a person has to see. */
  readonly open: readonly Kept[];
  /** What was kept before a reload is asked for again. */
  start(): Promise<void>;
  send(kept: Kept): Promise<Ended>;
  /** Ask now for those that have no answer. */
  again(): void;
  /** It shall not be sold: when it was, it is cancelled. */
  giveUp(id: string): Promise<void>;
  forget(id: string): Promise<void>;
}

export function createSending({ counter, isOurs, onEnded, onChange, onUnkept }: Wiring): Sending {
  const open = new Map<string, Kept>();
  const asking = new Set<string>();
  let timer = 0;

  async function start(): Promise<void> {
    for (const one of await keptSales()) if (!open.has(one.id)) open.set(one.id, one);
    onChange();
    again();
  }

  async function send(kept: Kept): Promise<Ended> {
    asking.add(kept.id); // before it is on the disk: nobody else shall send it
    open.set(kept.id, kept);
    await keepSale(kept).catch(onUnkept);
    return ask(kept);
  }

  async function ask(kept: Kept): Promise<Ended> {
    asking.add(kept.id);
    const ended = await (kept.givenUp ? takeBack(kept) : sell(kept));
    asking.delete(kept.id);
    if (ended.is === "none") later();
    else if (ended.is === "refused") await refuse(kept, ended.trouble);
    else await forget(kept.id);
    onChange();
    return ended;
  }

  const sell = (kept: Kept): Promise<Ended> => counter.sell(kept.wish).then((sale) => ({ is: "sale", sale }) as const, failed);

  async function takeBack({ id }: Kept): Promise<Ended> {
    try {
      const sale = await counter.sale(id);
      return { is: "sale", sale: sale.can_cancel ? await counter.step(id, "cancel") : sale };
    } catch (trouble) {
      return trouble instanceof Trouble && trouble.status === 404 ? { is: "gone" } : failed(trouble);
    }
  }

  /** It stays until somebody has seen that it was not sold. */
  async function refuse(kept: Kept, trouble: Trouble): Promise<void> {
    kept.refused = troubleWords(trouble);
    await keepSale(kept).catch(() => undefined);
  }

  function again(): void {
    clearTimeout(timer);
    timer = 0;
    for (const one of open.values()) {
      if (one.refused === undefined && !asking.has(one.id) && isOurs(one.by)) void ask(one).then((ended) => onEnded(one, ended));
    }
  }

  function later(): void {
    timer ||= window.setTimeout(again, AGAIN);
  }

  async function giveUp(id: string): Promise<void> {
    const kept = open.get(id);
    if (!kept) return;
    kept.givenUp = true;
    await keepSale(kept).catch(() => undefined);
    onChange();
    again();
  }

  async function forget(id: string): Promise<void> {
    open.delete(id);
    await dropSale(id);
    onChange();
  }

  return { get open() { return [...open.values()]; }, start, send, again, giveUp, forget };
}

function failed(trouble: unknown): Ended {
  if (!(trouble instanceof Trouble)) throw trouble;
  return trouble.passing ? { is: "none" } : { is: "refused", trouble };
}
