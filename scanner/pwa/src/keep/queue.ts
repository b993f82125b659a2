// What waits to be sent: scans that this phone decided by itself, and entries that it took back. Sent in order, each
// until the hub has taken it; by the page, and by the service worker when the page is closed.

import type { Answer, Wish } from "../domain/answer.ts";
import type { Outcome, Reason } from "../domain/model.ts";
import { all, change, keepSafe } from "./base.ts";

const AT_ONCE = 50;
const PATIENCE = 20_000; // ms

export interface Said { outcome: Outcome; reason: Reason; heads: number }

/** `number` is its place in the queue, given by the database; `by` the token of the station that it was made at,
 * `allowance` what that counts (none: the entrance). */
export type Waiting = { number?: number; id: string; at: string; by: string; allowance?: string | undefined } & (
  | { what: "scan"; body: Omit<Wish, "override"> & { override?: { reason: string } | undefined; direction?: string }; said: Said; admission: string | null }
  | { what: "undo"; of: string; admission: string | null; heads: number }
);

/** What the hub made of one: `problem` when it can't take it, and never will. */
export interface Taken { waiting: Waiting; answer: Answer | null; excess: number; problem: string }

type OnTaken = (taken: Taken) => Promise<void> | void;
export type Ended = "sent" | "nobody" | "signed-out" | "busy";

/** Those that the phone could not write down: they last as long as the page. */
const unwritten: Waiting[] = [];

export async function waitingOnes(): Promise<Waiting[]> {
  return [...(await all<Waiting>("waiting").catch(() => [])), ...unwritten];
}

/** On the disk when the promise is kept; false when this phone can't keep it, and it lives in the page alone. */
export async function add(one: Waiting): Promise<boolean> {
  try {
    await keepSafe("waiting", one);
    tell({ added: one });
    return true;
  } catch {
    unwritten.push(one);
    return false;
  }
}

async function done(taken: Taken[]): Promise<void> {
  for (const { waiting } of taken) if (unwritten.includes(waiting)) unwritten.splice(unwritten.indexOf(waiting), 1);
  const numbers = taken.flatMap(({ waiting: { number } }) => number ?? []);
  if (numbers.length > 0) await change(["waiting"], (at) => { for (const number of numbers) at("waiting").delete(number); });
}

/** Send what waits, oldest first, and tell what became of each. `sent`: all of it; `nobody`: no hub answered; `busy`:
 * another page is at it, and this one shall not wait until it has `ended`. */
export async function sendWaiting(language: string, token: string, onTaken: OnTaken, untilEnded = false): Promise<Ended> {
  // One at a time over all pages and the service worker. (Where there are no locks there is no service worker.)
  const locks = navigator.locks as LockManager | undefined;
  if (!locks) return sendAll(language, token, onTaken);
  return locks.request("doorcheck.send", { ifAvailable: !untilEnded }, (lock) => (lock ? sendAll(language, token, onTaken) : "busy"));
}

async function sendAll(language: string, token: string, onTaken: OnTaken): Promise<Ended> {
  for (;;) {
    const some = nextFew(await waitingOnes());
    if (some.length === 0) return "sent";
    const taken = await send(some, token, language).catch(() => "nobody" as const);
    if (typeof taken === "string") return taken;
    for (const one of taken) await onTaken(one);
    tell({ taken });
    await done(taken);
    tell({ taken: [] });
  }
}

/** What another page of this phone, or the service worker, did to the queue. No `taken`: it is shorter now. */
export type News = { added: Waiting } | { taken: Taken[] };
const CHANNEL = "doorcheck.queue";

function tell(news: News): void {
  const channel = new BroadcastChannel(CHANNEL);
  channel.postMessage(news);
  channel.close();
}

export function hearQueue(onNews: (news: News) => void): void {
  new BroadcastChannel(CHANNEL).onmessage = ({ data }) => onNews(data as News);
}

/** How far one has come by what the hub made of it. */
export const reachOf = ({ excess, problem }: Taken): "conflict" | "stuck" | "sent" => (excess > 0 ? "conflict" : problem ? "stuck" : "sent");

/** Scans of one station up to the next undo, or one undo: so everything stays in its order. */
function nextFew(waiting: Waiting[]): Waiting[] {
  const end = waiting.findIndex(({ what, by }) => what === "undo" || by !== waiting[0]?.by);
  return waiting.slice(0, Math.min(AT_ONCE, end < 0 ? AT_ONCE : Math.max(end, 1)));
}

/** As the station that they were made at; where its token counts no more, as the one that this phone is now. */
async function send(some: Waiting[], token: string, language: string): Promise<Taken[] | Ended> {
  const own = some[0]?.by || token;
  const taken = await sendAs(own, some, language);
  return taken === "signed-out" && own !== token ? sendAs(token, some, language) : taken;
}

async function sendAs(token: string, some: Waiting[], language: string): Promise<Taken[] | Ended> {
  const [first] = some;
  if (first?.what === "undo") return takeBack(first, token, language);
  const scans = some.flatMap((one) => (one.what === "scan" ? [{ id: one.id, at: one.at, ...one.body, said: one.said }] : []));
  const response = await post("/api/v1/scans:batch", { scans }, token, language);
  if (!response.ok) return ended(response);
  const { items } = (await response.json()) as { items: { id: string; answer: Answer | null; excess: number; problem: { detail: string } | null }[] };
  return some.map((waiting) => {
    const item = items.find(({ id }) => id === waiting.id);
    return { waiting, answer: item?.answer ?? null, excess: item?.excess ?? 0, problem: item ? (item.problem?.detail ?? "") : "no answer" };
  });
}

async function takeBack(one: Waiting & { what: "undo" }, token: string, language: string): Promise<Taken[] | Ended> {
  const response = await post(`/api/v1/scans/${encodeURIComponent(one.of)}/undo`, { at: one.at }, token, language);
  if (response.ok) return [{ waiting: one, answer: (await response.json()) as Answer, excess: 0, problem: "" }];
  if (response.status === 404 || response.status === 409 || response.status === 422) {
    return [{ waiting: one, answer: null, excess: 0, problem: "too late" }];
  }
  return ended(response);
}

const ended = (response: Response): Ended => (response.status === 401 ? "signed-out" : "nobody");

function post(path: string, body: unknown, token: string, language: string): Promise<Response> {
  return fetch(path, {
    method: "POST", body: JSON.stringify(body), cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PATIENCE),
    headers: { Authorization: `Bearer ${token}`, "Accept-Language": language, "Content-Type": "application/json" },
  });
}
