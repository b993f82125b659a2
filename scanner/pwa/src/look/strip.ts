// The top strip: event, station, three dots with words, what is waiting to be sent.

import type { EventStatus, Status } from "../hub/api.ts";
import { age } from "../words/times.ts";
import { t } from "../words/words.ts";
import { byId } from "./dom.ts";

const BAD_ACCOUNT = new Set(["down", "paused"]);
type Health = "good" | "half" | "lost" | "unknown";

/** What the strip shows. `reach`: is the hub there (null: not known yet)? `asOf`: how old what this phone knows is, in s. */
export interface Known { status: Status | null; reach: boolean | null; waiting: number; asOf: number | null; event: string; name: string }

export function paintStrip({ status, reach, waiting, asOf, event, name }: Known): void {
  const open = (status?.events ?? []).filter((one) => !event || one.id === event); // the hub tells of open ones only
  byId("event-name").textContent = open.length > 1 ? `${open[0]?.name} +${open.length - 1}` : (open[0]?.name ?? "Doorcheck");
  byId("station-name").textContent = status?.station ? stationWords(status.station) : name;
  byId("connection").dataset.state = connection(status, reach);
  setDot("hub", reach === null ? "unknown" : reach ? "good" : "lost");
  setDot("platform", platformHealth(status, reach));
  const fresh = reach === false && asOf !== null ? { health: "half" as const, words: age(asOf) } : freshness(open);
  setDot("freshness", status || asOf !== null ? fresh.health : "unknown");
  byId("freshness").textContent = status || asOf !== null ? fresh.words : "…";
  const { due = 0, sending = 0 } = reach && status ? status.outbox : {};
  byId("pending-count").textContent = status || waiting > 0 || reach === false ? String(waiting + due + sending) : "–";
}

function stationWords({ name, direction }: { name: string; direction: string }): string {
  return direction === "out" ? `${name} · ${t("direction.out")}` : name;
}

function setDot(name: string, health: Health): void {
  byId(`dot-${name}`).dataset.health = health;
}

function connection(status: Status | null, reach: boolean | null): string {
  if (!reach || !status) return "offline";
  return platformHealth(status, reach) === "lost" ? "hub-only" : "online";
}

function platformHealth(status: Status | null, reach: boolean | null): Health {
  if (!reach || !status?.accounts?.length) return "unknown";
  if (status.accounts.some((account) => BAD_ACCOUNT.has(account.state))) return "lost";
  return status.accounts.every((account) => account.state === "up") ? "good" : "unknown";
}

function freshness(open: EventStatus[]): { health: Health; words: string } {
  const resources = open.flatMap((event) => event.resources ?? []);
  if (resources.length === 0) return { health: "unknown", words: "–" };
  const ages = resources.map((one) => one.age_seconds).filter((seconds) => typeof seconds === "number");
  const states = new Set(resources.map((one) => one.state));
  const health = states.has("never") || states.has("failed") ? "lost" : states.has("stale") ? "half" : "good";
  return { health, words: ages.length === 0 ? t("dot.never") : age(Math.max(...ages)) };
}
