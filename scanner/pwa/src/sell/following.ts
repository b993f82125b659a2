// Sales that are not at their end: a guest is paying on the phone, or has paid and stands before the door.

import { Trouble } from "../hub/api.ts";
import { hubNow } from "../words/times.ts";
import type { Counter, Sale, SaleState } from "./wire.ts";

const EVERY = 3000; // ms: the hub tells by itself, and may be missed
const RECENT = 30 * 60_000; // ms: guests of an older sale don't wait here any more
const ASKED_FOR: ReadonlySet<SaleState> = new Set(["asked", "waiting"]);

/** Somebody has to do something about it, or to wait for it. */
export const isOpen = ({ state, can_admit }: Sale): boolean => ASKED_FOR.has(state) || state === "repriced" || (state === "paid" && can_admit);

export interface Following {
  /** The newest first. */
  readonly open: readonly Sale[];
  /** Those that were open before a reload. */
  start(): Promise<void>;
  take(sale: Sale): void;
  /** The hub tells that one stands otherwise now; `seen`: also when it was at its end. */
  hear(id: string, seen: boolean): void;
  /** A person has seen it, and does nothing more about it. */
  leave(id: string): void;
  stop(): void;
}

export function createFollowing({ counter, onSale }: { counter: Counter; onSale: (sale: Sale) => void }): Following {
  const open = new Map<string, Sale>();
  let timer = 0;

  async function start(): Promise<void> {
    const { items } = await counter.sales("").catch(() => ({ items: [] as Sale[] }));
    for (const one of items) if (isOpen(one) && hubNow() - Date.parse(one.at) < RECENT) take(one);
  }

  function take(sale: Sale): void {
    if (isOpen(sale)) open.set(sale.id, sale);
    else open.delete(sale.id);
    onSale(sale);
    later();
  }

  function later(): void {
    if (timer || ![...open.values()].some(({ state }) => ASKED_FOR.has(state))) return;
    timer = window.setTimeout(() => void askAll(), EVERY);
  }

  async function askAll(): Promise<void> {
    await Promise.all([...open.values()].filter(({ state }) => ASKED_FOR.has(state)).map(({ id }) => ask(id)));
    timer = 0;
    later();
  }

  async function ask(id: string): Promise<void> {
    try {
      take(await counter.sale(id));
    } catch (trouble) {
      if (trouble instanceof Trouble && trouble.status === 404) open.delete(id);
    }
  }

  function stop(): void {
    clearTimeout(timer);
    timer = 0;
    open.clear();
  }

  return {
    get open() { return [...open.values()].sort((one, other) => Date.parse(other.at) - Date.parse(one.at)); },
    start, take, stop,
    hear: (id, seen) => { if (seen || open.has(id)) void ask(id); },
    leave: (id) => { open.delete(id); },
  };
}
