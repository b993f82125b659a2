// What the hub says and hears about selling (app/web/wire/sales.py). Amounts are whole minor units: 1250 is 12.50 euros.

import type { Call } from "../hub/api.ts";

export interface Money { minor: number; currency: string }
export type Tender = "cash" | "card" | "phone";
export const TENDERS: readonly Tender[] = ["cash", "card", "phone"];
/** A QR code, row by row: "1" is dark. */
export type Matrix = string[];

/** `fee` comes on top of `amount` when it is paid by phone, never at the door. */
export interface Price { id: string; name: string; amount: Money; fee: Money; until: string | null; left: number | null; includes: string }
export interface Supplement { id: string; name: string; amount: Money }
export interface Question { id: string; label: string; required: boolean; options: string[] }

/** `needs`: fields that each ticket must fill. `warranty`: per cent of the price; null: none is sold. */
export interface Rate {
  id: string; name: string; prices: Price[]; current: string | null; following: string | null; supplements: Supplement[];
  questions: Question[]; minimum: number; maximum: number; available: number | null; warranty: number | null;
  warranty_hours: number | null; needs: string[]; tenders: Tender[];
}

export interface Rates { event: { id: string; name: string }; items: Rate[]; as_of: string | null; failed: string }

/** Of a ticket's holder: what a rate may need, in the order in which it is asked for. */
export const FIELDS = [
  "name", "email", "phone", "gender", "birthday", "document_type", "document_number", "address", "postal_code", "country_code",
] as const;
export type Field = (typeof FIELDS)[number];
export type TicketWish = Partial<Record<Field, string>> & { answers: Record<string, string>; supplements: string[] };

export interface SaleWish {
  id: string; event: string; rate: string; price: string; tender: Tender; tickets: TicketWish[]; warranty: boolean;
  total: number; currency: string; admit: boolean;
}

export type SaleState =
  | "due" | "issued" | "conflict" | "discarded" | "asked" | "repriced" | "waiting" | "paid" | "failed" | "expired" | "cancelled";

export interface Sold { code: string; name: string; total: Money; entered: boolean; scan: string; refused: string; qr: Matrix | null }

export interface Sale {
  id: string; state: SaleState; message: string; event: { id: string; name: string }; rate: string; price: string; quantity: number;
  unit: Money; total: Money; asked: Money | null; tender: Tender; at: string; station: string; by: string; tickets: Sold[];
  payment_url: string; payment_qr: Matrix | null; expires_at: string | null; receipt_url: string; receipt_qr: Matrix | null;
  can_admit: boolean; can_cancel: boolean; words: string; settled_at: string | null; settled_by: string; note: string;
}

export interface Shift {
  id: number; station: string; opened_at: string; opened_by: string; float: Money; closed_at: string | null; closed_by: string;
  cash: Money; card: Money; phone: Money; sales: number; tickets: number; expected: Money; counted: Money | null;
  difference: Money | null; by_rate: { rate: string; price: string; tickets: number; total: Money }[]; note: string;
}

export interface Till { shift: Shift | null }

export type Step = "cancel" | "admit" | "retry";
export type Decision = "accept" | "discard";

/** The routes of selling, under /api/v1. Each fails with a Trouble. */
export interface Counter {
  rates(event: string): Promise<Rates>;
  sell(wish: SaleWish): Promise<Sale>;
  sale(id: string): Promise<Sale>;
  /** This station's; those to be looked at of every station, as the hub counts them. */
  sales(state: "" | "conflict"): Promise<{ items: Sale[] }>;
  confirm(id: string, total: number): Promise<Sale>;
  step(id: string, step: Step): Promise<Sale>;
  decide(id: string, decision: Decision, reason: string): Promise<Sale>;
  print(id: string): Promise<{ printed: boolean; message: string }>;
  till(): Promise<Till>;
  openTill(opening: { by: string; float: number; currency: string }): Promise<Shift>;
  closeTill(closing: { by: string; counted: number; note: string }): Promise<Shift>;
  shifts(): Promise<{ items: Shift[] }>;
  printShift(id: number): Promise<{ printed: boolean; message: string }>;
}

const PATIENCE = 20_000; // ms: the hub may ask the platform before it answers
const MOST = "100";

export function createCounter(call: Call): Counter {
  const post = <T>(path: string, json: unknown = {}) => call<T>(path, { method: "POST", json, patience: PATIENCE });
  const of = (id: string) => `/sales/${encodeURIComponent(id)}`;
  return {
    rates: (event) => call(`/rates?${new URLSearchParams({ event })}`, { patience: PATIENCE }),
    sell: (wish) => post("/sales", wish),
    sale: (id) => call(of(id)),
    sales: (state) => call(`/sales?${new URLSearchParams({ ...(state ? { state, all: "true" } : {}), limit: MOST })}`),
    confirm: (id, total) => post(`${of(id)}/confirm`, { total }),
    step: (id, step) => post(`${of(id)}/${step}`),
    decide: (id, decision, reason) => post(`${of(id)}/${decision}`, { reason }),
    print: (id) => post(`${of(id)}/print`),
    till: () => call("/till"),
    openTill: (opening) => post("/till/open", opening),
    closeTill: (closing) => post("/till/close", closing),
    shifts: () => call("/till/shifts"),
    printShift: (id) => post(`/till/shifts/${id}/print`),
  };
}
