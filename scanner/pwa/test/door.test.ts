// The rules of the door, case by case: the table that the hub runs too (tests/scenarios/test_door.py).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readings } from "../src/domain/codes.ts";
import { decide, overrule, tonight } from "../src/domain/decide.ts";
import type { Admission, Event, Policy, Scan, Station } from "../src/domain/model.ts";

// biome-ignore lint/suspicious/noExplicitAny: the table says what it likes, and the assertions hold it
type Row = Record<string, any>;
const table = JSON.parse(readFileSync(new URL("../../../tests/scenarios/door.json", import.meta.url), "utf8")) as { usual: Row; cases: Row[] };
const { usual } = table;

const instant = (text: string | null): number | null => (text === null ? null : Date.parse(text));

function admissionOf(row: Row, station: Row): Admission {
  const counted = [row, ...row.others].find((one: Row) => one.allowance === station.allowance);
  const room = counted ? { limit: counted.limit, entered: (counted.confirmed ?? 0) + (counted.owed ?? 0) } : null;
  return {
    id: String(row.id), event: row.event, kind: row.kind, standing: row.standing, word: row.word, rate: row.rate, room,
    opensAt: instant(row.opens_at), closesAt: instant(row.closes_at),
  };
}

/** Those that the reading opens: as a code, else as the wristband that it may be. */
function opened(given: Row[], { code, scheme }: Row): Row[] {
  const rows: Row[] = given.map((one, at) => ({ ...usual.admission, id: at + 1, ...one }));
  if (!code) return rows;
  const groups = readings(code, scheme).map(({ scheme: how, value }) =>
    rows.filter((row) => (row.credentials ?? [`qr:${code}`]).includes(`${how}:${value}`)));
  return groups.find((group) => group.length > 0) ?? [];
}

function eventOf(given: Row): [string, Event] {
  const row = { ...usual.event, ...given };
  return [row.id, { id: row.id, open: row.open, startsAt: instant(row.starts_at), endsAt: instant(row.ends_at) }];
}

function decided(row: Row) {
  const station = { ...usual.station, ...row.station };
  const rules = { ...usual.policy, ...row.policy };
  const asked = { ...usual.scan, ...row.scan };
  const scan: Scan = { ...asked, choice: asked.choice === null ? null : String(asked.choice) };
  const policy: Policy = {
    events: new Map((row.events ?? usual.events).map(eventOf)), unknownOffline: rules.unknown_offline, lookup: rules.lookup,
    early: rules.early_minutes, late: rules.late_minutes, timeIsCertain: true,
  };
  const place: Station = {
    name: "Gate 1", direction: "in", events: station.events, kinds: station.kinds, rates: station.rates, allowance: station.allowance, extra: "",
  };
  const admissions = opened(row.admissions, asked).map((one) => admissionOf(one, station));
  const first = decide(admissions, scan, place, Date.parse(row.now ?? usual.now), policy);
  return overrule(first, scan, tonight(place, policy.events));
}

assert.ok(table.cases.length >= 80, "the table got shorter");

for (const row of table.cases) {
  test(`${row.rule}: ${row.name}`, () => {
    const answer = decided(row) as unknown as Row;
    const said = { ...answer, choices: answer.choices.map((one: Admission) => Number(one.id)) };
    for (const [name, wanted] of Object.entries(row.then)) assert.deepEqual(said[name as keyof typeof said], wanted, name);
  });
}
