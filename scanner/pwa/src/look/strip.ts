// The top strip: event, station, three dots with words, what is waiting to be sent.

import { isOfExtra, type Station } from "../domain/model.ts";
import type { Account, EventStatus, Status } from "../hub/api.ts";
import { age } from "../words/times.ts";
import { t } from "../words/words.ts";
import { byId } from "./dom.ts";

const BAD_ACCOUNT = new Set(["down", "paused"]);
type Health = "good" | "half" | "lost" | "unknown";

/** What the strip shows. `reach`: is the hub there (null: not known yet)? `asOf`: how old what this phone knows is, in s. */
export interface Known { status: Status | null; reach: boolean | null; waiting: number; asOf: number | null; station: Station }

export function paintStrip({ status, reach, waiting, asOf, station }: Known): void {
  const open = (status?.events ?? []).filter(({ id }) => station.events.length === 0 || station.events.includes(id)); // the hub tells of open ones only
  const accounts = accountsOf(status, open);
  byId("event-name").textContent = open.length > 1 ? `${open[0]?.name} +${open.length - 1}` : (open[0]?.name ?? "Doorcheck");
  byId("station-name").textContent = stationWords(station);
  byId("allowance").textContent = station.extra || t("rights.extra");
  byId("allowance").hidden = !isOfExtra(station);
  byId("connection").dataset.state = connection(status, reach, accounts);
  setDot("hub", reach === null ? "unknown" : reach ? "good" : "lost");
  setDot("platform", platformHealth(accounts, reach));
  byId("platform").textContent = platformWords(accounts, reach);
  const fresh = reach === false && asOf !== null ? { health: "half" as const, words: age(asOf) } : freshness(open);
  setDot("freshness", status || asOf !== null ? fresh.health : "unknown");
  byId("freshness").textContent = status || asOf !== null ? fresh.words : "…";
  const { due = 0, sending = 0 } = reach && status ? status.outbox : {};
  byId("pending-count").textContent = status || waiting > 0 || reach === false ? String(waiting + due + sending) : "–";
}

function stationWords({ name, direction }: Station): string {
  return direction === "out" ? `${name} · ${t("direction.out")}` : name;
}

function setDot(name: string, health: Health): void {
  byId(`dot-${name}`).dataset.health = health;
}

/** Those of the events that this station lets in to; all of them while none is on. */
function accountsOf(status: Status | null, open: EventStatus[]): Account[] {
  const every = status?.accounts ?? [];
  const mine = every.filter(({ name }) => open.some(({ account }) => account === name));
  return mine.length > 0 ? mine : every;
}

function connection(status: Status | null, reach: boolean | null, accounts: Account[]): string {
  if (!reach || !status) return "offline";
  return platformHealth(accounts, reach) === "lost" ? "hub-only" : "online";
}

function platformHealth(accounts: Account[], reach: boolean | null): Health {
  if (!reach || accounts.length === 0) return "unknown";
  if (accounts.some(({ state }) => BAD_ACCOUNT.has(state))) return "lost";
  return accounts.every(({ state }) => state === "up") ? "good" : "unknown";
}

/** Of several platforms the ones that don't answer are named. */
function platformWords(accounts: Account[], reach: boolean | null): string {
  const lost = reach && accounts.length > 1 ? accounts.filter(({ state }) => BAD_ACCOUNT.has(state)) : [];
  return lost.length > 0 ? lost.map(({ name }) => name).join(", ") : t("dot.platform");
}

function freshness(open: EventStatus[]): { health: Health; words: string } {
  const resources = open.flatMap((event) => event.resources ?? []);
  if (resources.length === 0) return { health: "unknown", words: "–" };
  const ages = resources.map((one) => one.age_seconds).filter((seconds) => typeof seconds === "number");
  const states = new Set(resources.map((one) => one.state));
  const health = states.has("never") || states.has("failed") ? "lost" : states.has("stale") ? "half" : "good";
  return { health, words: ages.length === 0 ? t("dot.never") : age(Math.max(...ages)) };
}
