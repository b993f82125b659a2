// The top strip: event, station, three dots with words, what is waiting to be sent.

import { byId } from "./dom.js";
import { age } from "./times.js";
import { t } from "./words.js";

const BAD_ACCOUNT = new Set(["down", "paused"]);

/** status may be null; reach is true, false or null (not known yet). */
export function paintStrip(status, reach) {
  const open = status?.events ?? []; // the hub tells of open ones only
  byId("event-name").textContent = open.length > 1 ? `${open[0].name} +${open.length - 1}` : (open[0]?.name ?? "");
  byId("station-name").textContent = stationWords(status?.station);
  byId("connection").dataset.state = connection(status, reach);
  setDot("hub", reach === null ? "unknown" : reach ? "good" : "lost");
  setDot("platform", platformHealth(status, reach));
  const fresh = freshness(open);
  setDot("freshness", status ? fresh.health : "unknown");
  byId("freshness").textContent = status ? fresh.words : "…";
  const { due = 0, sending = 0 } = status?.outbox ?? {};
  byId("pending-count").textContent = status ? String(due + sending) : "–";
}

function stationWords(station) {
  if (!station) return "";
  return station.direction === "out" ? `${station.name} · ${t("direction.out")}` : station.name;
}

function setDot(name, health) {
  byId(`dot-${name}`).dataset.health = health;
}

function connection(status, reach) {
  if (!reach || !status) return "offline";
  return platformHealth(status, reach) === "lost" ? "hub-only" : "online";
}

function platformHealth(status, reach) {
  if (!reach || !status?.accounts?.length) return "unknown";
  if (status.accounts.some((account) => BAD_ACCOUNT.has(account.state))) return "lost";
  return status.accounts.every((account) => account.state === "up") ? "good" : "unknown";
}

function freshness(events) {
  const resources = events.flatMap((event) => event.resources ?? []);
  if (resources.length === 0) return { health: "unknown", words: "–" };
  const ages = resources.map((one) => one.age_seconds).filter((seconds) => typeof seconds === "number");
  const states = new Set(resources.map((one) => one.state));
  const health = states.has("never") || states.has("failed") ? "lost" : states.has("stale") ? "half" : "good";
  return { health, words: ages.length === 0 ? t("dot.never") : age(Math.max(...ages)) };
}
