// The hub's HTTP interface. Every failure becomes a Trouble with a kind; nothing else knows about HTTP.

import type { Answer, Right, Wish } from "../domain/answer.ts";
import type { Part } from "../keep/snapshot.ts";

const BASE = "/api/v1";
const PATIENCE = 6000; // The hub answers in milliseconds, or within its lookup budget.
const PASSING = new Set([408, 425, 429]);

/** network: no answer; hub: it had a problem, try again; pin: a wrong PIN; request: retrying is no use. */
export type TroubleKind = "network" | "hub" | "signed-out" | "forbidden" | "pin" | "request";

/** What is wrong with one field of what was sent. */
export interface FieldProblem { field: string; message: string }
interface Said { status?: number; type?: string; detail?: string; title?: string; errors?: FieldProblem[] }

export class Trouble extends Error {
  readonly kind: TroubleKind;
  readonly detail: string;
  /** The hub's own name of the problem ("till-closed"), and the fields that it is about. */
  readonly slug: string;
  readonly errors: readonly FieldProblem[];
  readonly status: number;

  constructor(kind: TroubleKind, detail = "", { type = "", errors = [], status = 0 }: Said = {}) {
    super(detail || kind);
    this.kind = kind;
    this.detail = detail;
    this.slug = type.replace("urn:doorcheck:", "");
    this.errors = errors;
    this.status = status;
  }

  get passing(): boolean {
    return this.kind === "network" || this.kind === "hub" || this.kind === "signed-out";
  }
}

export interface SearchRow {
  admission: string; name: string; note: string; kind: string; rate: string; standing: string; left: number; limit: number;
  entered: number; code: string; event: { id: string; name: string }; allowance: string; allowances: Right[];
}

export interface ConflictRow { id: string; scan: string; message: string; guest: string; code: string; station: string; at: string }

export interface Status {
  now: string;
  timezone: string;
  station: {
    name: string; direction: "in" | "out"; events: string[]; kinds: string[]; rates: string[]; pin_needed?: boolean; allowance: string;
    allowance_name: string;
  } | null;
  events: EventStatus[];
  accounts: Account[];
  outbox: { due: number; sending: number; parked: number };
  counts: Record<string, number>;
  /** How this station may take money; none: it sells nothing. And how many of its sales a person must look at. */
  sells?: ("cash" | "card" | "phone")[];
  sales_conflicts?: number;
}

/** A platform, as the hub reaches it. */
export interface Account {
  name: string; state: "up" | "down" | "paused" | "unknown"; since: string | null; freshness: { age_seconds: number | null } | null;
  outbox: { due: number; sending: number; parked: number; conflict: number };
}

export interface EventStatus {
  id: string; account: string; name: string; starts_at: string | null; ends_at: string | null; entered: number; limit: number;
  resources: { state: string; age_seconds: number | null }[];
}

export interface Numbers {
  allowance: { ref: string; name: string };
  events: { id: string; name: string; entered: number; limit: number; rates: { rate: string; limit: number; entered: number }[] }[];
  station: { admitted: number; refused: number; asked: number; heads: number };
  pace: { at: string; heads: number }[];
}

export type ScanState = "sent" | "confirmed" | "conflict" | "stuck" | "withdrawn";

export interface Ask { method?: string; json?: unknown; form?: FormData; signal?: AbortSignal | undefined; patience?: number }

/** A request to a path under /api/v1. Fails with a Trouble. */
export type Call = <T>(path: string, ask?: Ask) => Promise<T>;

export interface Api {
  call: Call;
  scan(body: Omit<Wish, "heads"> & { id: string; heads?: number | undefined; at?: string }): Promise<Answer>;
  undo(id: string): Promise<Answer>;
  decode(image: Blob): Promise<{ codes: { value: string }[] }>;
  admissions(q: string, event: string, signal: AbortSignal): Promise<{ items: SearchRow[] }>;
  status(): Promise<Status>;
  conflicts(): Promise<{ items: ConflictRow[] }>;
  snapshot(event: string, since: string): Promise<Part>;
  states(ids: string[]): Promise<{ items: { id: string; state: ScanState }[] }>;
  numbers(event: string): Promise<Numbers>;
  notices(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

interface Wiring { token: () => string; language: () => string; onSignedOut: () => void; onReach: (reach: boolean, asked?: number) => void }

export function createApi({ token, language, onSignedOut, onReach }: Wiring): Api {
  async function call<T>(path: string, { signal, patience = PATIENCE, ...ask }: Ask = {}): Promise<T> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), patience);
    signal?.addEventListener("abort", () => deadline.abort(), { once: true });
    try {
      const response = await send(path, { ...ask, signal: deadline.signal }, signal);
      return await readJson<T>(response, signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async function send(path: string, { method = "GET", json, form, signal }: Ask, wanted?: AbortSignal): Promise<Response> {
    const asker = token();
    const asked = performance.now();
    const headers: Record<string, string> = { Authorization: `Bearer ${asker}`, "Accept-Language": language(), Accept: "application/json" };
    if (json !== undefined) headers["Content-Type"] = "application/json";
    let response: Response;
    try {
      const body = json === undefined ? (form ?? null) : JSON.stringify(json);
      response = await fetch(BASE + path, { method, headers, body, signal: signal ?? null, cache: "no-store", credentials: "omit" });
    } catch (error) {
      throw lost(error, wanted);
    }
    if (response.status < 500) onReach(true, asked); // a hub with a problem is neither reached nor lost
    if (!response.ok) throw await refused(response, asker);
    return response;
  }

  async function readJson<T>(response: Response, wanted?: AbortSignal): Promise<T> {
    try {
      return (await response.json()) as T;
    } catch (error) {
      throw lost(error, wanted); // The answer was cut: whatever it said, we don't know.
    }
  }

  function lost(error: unknown, wanted?: AbortSignal): unknown {
    if (wanted?.aborted) return error;
    onReach(false);
    return new Trouble("network");
  }

  async function refused(response: Response, asker: string): Promise<Trouble> {
    const problem = (await response.json().catch(() => ({}))) as Said;
    const kind = problem.type === "urn:doorcheck:pin" ? "pin" : kindOf(response.status);
    if (kind === "signed-out" && asker === token()) onSignedOut();
    return new Trouble(kind, String(problem.detail ?? problem.title ?? ""), { ...problem, status: response.status });
  }

  return {
    call,
    scan: (body) => call("/scans", { method: "POST", json: body }),
    undo: (id) => call(`/scans/${encodeURIComponent(id)}/undo`, { method: "POST", json: {} }),
    decode: (image) => call("/decode", { method: "POST", form: asForm(image), patience: 10_000 }),
    admissions: (q, event, signal) => call(`/admissions?${new URLSearchParams({ q, event, limit: "30" })}`, { signal }),
    status: () => call("/status"),
    conflicts: () => call("/conflicts?limit=100"),
    snapshot: (event, since) => call(`/cache?${new URLSearchParams({ event, since })}`, { patience: 60_000 }),
    states: (ids) => call(`/scans?${new URLSearchParams({ ids: ids.join(",") })}`),
    numbers: (event) => call(`/numbers?${new URLSearchParams({ event })}`),
    notices: async (signal) => {
      const { body } = await send("/notices", { signal }, signal);
      if (!body) throw new Trouble("network");
      return body;
    },
  };
}

function kindOf(status: number): TroubleKind {
  if (status === 401) return "signed-out";
  if (status === 403) return "forbidden";
  return status >= 500 || PASSING.has(status) ? "hub" : "request";
}

function asForm(image: Blob): FormData {
  const form = new FormData();
  form.append("image", image, image.type === "image/png" ? "code.png" : "code.jpg");
  return form;
}
