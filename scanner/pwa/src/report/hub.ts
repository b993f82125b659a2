// What the hub tells this page. Every failure is a Trouble of a kind.

import { language } from "./words.ts";

const BASE = "/api/v1";

export interface Sum {
  account: string; key: string; name: string; currency: string; payments: number; paid: number; refunds: number; refunded: number;
  net: number;
}
export interface Amount { minor: number; currency: string }
export interface Report {
  state: "ready"; first: string; last: string; timezone: string; accounts: string[]; event: string; as_of: string;
  digits: Record<string, number>; totals: Sum[]; by_account: Sum[]; by_event: Sum[]; by_day: Sum[]; by_method: Sum[]; by_sale_type: Sum[];
  statuses: { status: string; payments: number; counted: boolean }[];
  wallet: { kind: string; count: number; amount: Amount }[];
  balances: { account: string; at: string; amount: Amount }[];
  unmatched: { account: string; id: string; payment: string; event: string; event_name: string; day: string; reason: string; amount: Amount }[];
  unmatched_count: number;
  unread: { account: string; resource: string; id: string; field: string; why: string }[];
  unread_count: number;
  door: { tender: string; count: number; here: Amount; there_count: number; there: Amount | null; difference: Amount }[] | null;
  conventions: { account: string; resource: string; amounts: string; rows: number }[];
  missing: { account: string; resource: string; words: string }[];
}
export interface Working { state: "working"; what: string; account: string; step: number; steps: number; done: number; of: number }
export interface Night { id: string; name: string; starts_at: string | null }
export interface House { now: string; timezone: string; station: { name: string; events: string[] } | null }
export type Question = Record<"from" | "to" | "event" | "damaged", string>;

/** `lost`: no answer; `busy`: another report is being made; `gone`: it made way for another; `damaged`: rows can't be
 * read; else what the hub says. */
export type TroubleKind = "lost" | "signed-out" | "forbidden" | "busy" | "gone" | "damaged" | "refused";

const KINDS: Readonly<Record<string, TroubleKind>> = {
  "urn:doorcheck:report-busy": "busy", "urn:doorcheck:report-not-ready": "gone", "urn:doorcheck:damaged-rows": "damaged",
};

export class Trouble extends Error {
  readonly kind: TroubleKind;
  constructor(kind: TroubleKind, detail = "") {
    super(detail);
    this.kind = kind;
  }
}

export interface Hub {
  house(): Promise<House>;
  events(): Promise<{ items: Night[] }>;
  report(question: Question, again: boolean, signal: AbortSignal): Promise<Report | Working>;
  file(question: Question, format: string): Promise<{ name: string; content: Blob }>;
}

export function createHub(token: () => string): Hub {
  async function get(path: string, signal: AbortSignal | null = null): Promise<Response> {
    const headers = { Authorization: `Bearer ${token()}`, "Accept-Language": language(), Accept: "application/json, */*" };
    let answer: Response;
    try {
      answer = await fetch(BASE + path, { headers, signal, cache: "no-store", credentials: "omit" });
    } catch (error) {
      throw signal?.aborted ? error : new Trouble("lost");
    }
    if (!answer.ok) throw await refused(answer);
    return answer;
  }

  const told = async <T>(path: string, signal: AbortSignal | null = null): Promise<T> => (await (await get(path, signal)).json()) as T;

  return {
    house: () => told("/status"),
    events: () => told("/events"),
    report: (question, again, signal) => told(`/reports/payments?${asked(question, again ? { again: "true" } : {})}`, signal),
    file: async (question, format) => {
      const answer = await get(`/reports/payments/file?${asked(question, { format })}`);
      const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "")?.[1] ?? `report.${format}`;
      return { name, content: await answer.blob() };
    },
  };
}

function asked(question: Question, more: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ ...question, ...more });
}

async function refused(answer: Response): Promise<Trouble> {
  const problem = (await answer.json().catch(() => ({}))) as { type?: string; detail?: string; title?: string };
  const detail = String(problem.detail ?? problem.title ?? "");
  if (answer.status === 401) return new Trouble("signed-out", detail);
  if (answer.status === 403) return new Trouble("forbidden", detail);
  return new Trouble(KINDS[problem.type ?? ""] ?? "refused", detail);
}
