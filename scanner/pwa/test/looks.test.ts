// Sound and vibration are those of the table (docs/architecture.md): each outcome is told apart by either alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { lookOf } from "../src/look/looks.ts";

const heard = (outcome: string, reason: string, left = 0): [number[], number[]] => {
  const { tones, vibration } = lookOf({ outcome, reason, left });
  return [tones.map(({ hz }) => hz), vibration];
};

test("an admission rises", () => assert.deepEqual(heard("admit", "ok"), [[660, 880], [60]]));

test("an incomplete party has a tick for each head left, at most three", () => {
  const [tones, vibration] = heard("admit", "ok", 5);
  assert.deepEqual([tones.slice(0, 2), tones.length, vibration], [[660, 880], 5, [60, 80, 60]]);
  assert.equal(heard("admit", "ok", 1)[0].length, 3);
});

test("already in falls", () => {
  const [[first = 0, second = 0], vibration] = heard("refuse", "already_in");
  assert.ok(first > second);
  assert.deepEqual(vibration, [200]);
});

test("a refusal is low", () => assert.deepEqual(heard("refuse", "void"), [[180], [200, 80, 200]]));

test("a question is three equal tones", () => {
  const [tones, vibration] = heard("ask", "unsure");
  assert.deepEqual([new Set(tones).size, tones.length, vibration], [1, 3, [60, 60, 60, 60, 60]]);
});

test("trouble does not shake the hand: it is not about the guest", () => {
  assert.deepEqual(heard("trouble", "network")[1], []);
  assert.equal(lookOf({ outcome: "refuse", reason: "not_allowed_offline", left: 0 }).name, "trouble");
});
