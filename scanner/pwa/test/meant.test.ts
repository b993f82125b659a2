// A code that the snapshot knows tells which country a gun is set to; without one, what was learned before counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Typed } from "../src/read/gun.ts";
import { LAYOUTS, readAs } from "../src/read/layouts.ts";
import { meantBy } from "../src/read/meant.ts";

const plain = (code: string) => ({ code, shift: false, caps: false });
/** KeyY and KeyZ are each other's on a German keyboard; this machine's is American. */
const german: Typed = { typed: "yq4k", keys: ["KeyY", "KeyQ", "Digit4", "KeyK"].map(plain) };

function memory({ chosen = "", learned = "" } = {}) {
  const kept = { learned };
  return { kept, chosen: () => chosen, learned: () => kept.learned, learn: (layout: string) => { kept.learned = layout; } };
}

test("what is known as it was typed is as it was typed", () => {
  const told = memory({ learned: "de" });
  assert.equal(meantBy(german, (code) => code === "yq4k", told), "yq4k");
  assert.equal(told.kept.learned, "");
});

test("what is known in another country's keys is that, and the country is learned", () => {
  const told = memory();
  assert.equal(meantBy(german, (code) => code === "zq4k", told), "zq4k");
  assert.equal(told.kept.learned, "de");
});

test("what nobody knows is read by the country that was learned", () => {
  assert.equal(meantBy(german, () => false, memory({ learned: "de" })), "zq4k");
  assert.equal(meantBy(german, () => false, memory()), "yq4k");
});

test("a country that a person chose goes before what is known", () => {
  assert.equal(meantBy(german, (code) => code === "yq4k", memory({ chosen: "de" })), "zq4k");
});

test("what was learned is tried first, whatever other country would fit too", () => {
  const several = (code: string) => code === readAs("fr", german.keys) || code === "zq4k";
  assert.equal(meantBy(german, several, memory({ learned: "de" })), "zq4k");
});

test("keys without a place on the keyboard are taken as typed", () => {
  assert.equal(meantBy({ typed: " ab12 ", keys: [plain("")] }, () => false, memory({ learned: "de" })), "ab12");
});

test("Caps Lock turns letters and leaves signs", () => {
  const keys = [{ code: "KeyA", shift: false, caps: true }, { code: "Digit1", shift: false, caps: true }, { code: "KeyB", shift: true, caps: true }];
  assert.equal(readAs("us", keys), "A1b");
  assert.ok(LAYOUTS.every((layout) => readAs(layout, [{ code: "Numpad7", shift: false, caps: true }]) === "7"));
});
