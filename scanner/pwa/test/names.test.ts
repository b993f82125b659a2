// A search without the hub: every word, in any order, without accents and case.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Names } from "../src/keep/names.ts";

function names(...texts: string[]): Names {
  const made = new Names();
  texts.forEach((text, at) => { made.add(text, String(at)); });
  return made;
}

test("every word counts, in any order, without accents and case", () => {
  const known = names("Núria F. Early bird", "Nuria P. VIP", "Marta S. VIP");
  assert.deepEqual(known.find("NURIA", 10), ["0", "1"]);
  assert.deepEqual(known.find("vip núria", 10), ["1"]);
  assert.deepEqual(known.find("oriol", 10), []);
});

test("guests who share a text are all found, up to the limit", () => {
  const known = names("Ana G. VIP", "Ana G. VIP", "Ana G. VIP");
  assert.deepEqual(known.find("ana", 2), ["0", "1"]);
});

test("whoever is gone is not found", () => {
  const known = names("Ana G. VIP", "Ana G. VIP");
  known.remove("Ana G. VIP", "0");
  assert.deepEqual(known.find("ana", 10), ["1"]);
  known.remove("Ana G. VIP", "1");
  known.remove("Ana G. VIP", "1");
  assert.deepEqual(known.find("ana", 10), []);
});
