// Is the hub there, does it reach the platform, how old is what it knows: asked now and then, and told by notices.

import type { Answer } from "../domain/answer.ts";
import { type Api, type Status, Trouble } from "./api.ts";

const EVERY = 10_000; // ms between two questions
const EVERY_LOST = 2_000; // while nobody answers
const DELAYS = [500, 1000, 2000, 4000, 8000];
const SOON = 400; // a busy door sends many notices; one question serves them all
const PATIENCE = 40_000; // ms of silence after which the line is dead: the hub says something every 15 s

export interface ConflictNotice { call: string; scan: string; station: string; message: string; guest: string; code: string }

interface Wiring {
  api: Api;
  onStatus: (status: Status) => void;
  /** Each time the line for notices is there. */
  onListening: () => void;
  onConflict: (conflict: ConflictNotice) => void;
  onScan: (answer: Answer) => void;
  /** A sale stands otherwise than before. */
  onSale: (sale: { id: string; station?: string; state?: string }) => void;
  /** Something happened that changes what is known of guests. */
  onNews: () => void;
  onForbidden: () => void;
  onReach: (reach: boolean) => void;
}

export interface Pulse { start(): void; stop(): void; ask(): void }

export function createPulse({ api, onStatus, onListening, onConflict, onScan, onSale, onNews, onForbidden, onReach }: Wiring): Pulse {
  let timer = 0;
  let soon = 0;
  let stopped: AbortController | null = null;
  let lost = false;
  let wake: () => void = () => undefined;

  async function ask(): Promise<void> {
    clearTimeout(timer);
    const mine = stopped;
    try {
      const status = await api.status();
      if (stopped !== mine) return;
      lost = false;
      onStatus(status);
      wake();
    } catch (trouble) {
      lost = trouble instanceof Trouble && trouble.kind !== "signed-out";
      if (trouble instanceof Trouble && trouble.kind === "forbidden") onForbidden();
      else if (lost) onReach(false);
    }
    clearTimeout(timer);
    if (stopped === mine && mine && !mine.signal.aborted) timer = window.setTimeout(ask, lost ? EVERY_LOST : EVERY);
  }

  function askSoon(): void {
    if (soon) return;
    soon = window.setTimeout(() => { soon = 0; void ask(); }, SOON);
  }

  async function listen(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; failures += 1) {
      try {
        const stream = await api.notices(signal);
        onListening();
        await follow(stream, onNotice, () => { failures = 0; });
      } catch {
        // The stream ended or never began: the dots tell, and we try again.
      }
      if (!signal.aborted) void ask(); // a line that breaks is often the first sign
      await pause((DELAYS[Math.min(failures, DELAYS.length - 1)] ?? 0) * (0.75 + Math.random() / 2), signal);
    }
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => { clearTimeout(timeout); wake = () => undefined; resolve(); };
      const timeout = setTimeout(done, ms);
      signal.addEventListener("abort", done, { once: true });
      if (lost) wake = done;
    });
  }

  function onNotice(kind: string, data: unknown): void {
    if (kind === "conflict") onConflict(data as ConflictNotice);
    if (kind === "scan") onScan(data as Answer);
    if (kind === "sale") onSale(data as { id: string; station?: string; state?: string });
    if (kind === "scan" || kind === "freshness") onNews();
    askSoon();
  }

  function start(): void {
    stopped?.abort();
    stopped = new AbortController();
    void ask();
    void listen(stopped.signal);
  }

  function stop(): void {
    stopped?.abort();
    stopped = null;
    clearTimeout(timer);
    clearTimeout(soon);
    soon = 0;
  }

  return { start, stop, ask: () => void ask() };
}

async function follow(body: ReadableStream<Uint8Array>, onNotice: (kind: string, data: unknown) => void, onFirst: () => void): Promise<void> {
  const reader = body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let text = "";
  for (;;) {
    const quiet = setTimeout(() => { reader.cancel().catch(() => undefined); }, PATIENCE);
    const { done, value } = await reader.read().finally(() => clearTimeout(quiet));
    if (done) return;
    onFirst();
    const blocks = (text + value).replaceAll("\r\n", "\n").split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) tell(block, onNotice);
  }
}

function tell(block: string, onNotice: (kind: string, data: unknown) => void): void {
  const fields = block.split("\n").map((line) => /^(\w+): ?(.*)$/.exec(line)).filter((field) => field !== null);
  const data = fields.filter(([, name]) => name === "data").map(([, , value]) => value).join("\n");
  const kind = fields.find(([, name]) => name === "event")?.[2] ?? "message";
  if (data === "") return; // a comment that keeps the line open
  try {
    onNotice(kind, JSON.parse(data));
  } catch {
    onNotice("unreadable", null);
  }
}
