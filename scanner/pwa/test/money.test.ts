// Amounts are read as people type them, and shown as they write them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { minorOf, money, signed } from "../src/sell/money.ts";
import { setLanguage } from "../src/words/words.ts";

globalThis.document ??= { documentElement: {} } as Document;
const plain = (text: string): string => text.replaceAll(/\s/g, " ");
const euros = (minor: number) => ({ minor, currency: "EUR" });

test("an amount is read with a comma or a point, with and without thousands", () => {
  const read: [string, number][] = [["12,5", 1250], ["12.50", 1250], ["12", 1200], ["1.250", 125_000], ["1.250,00", 125_000], ["1,250.00", 125_000], [",50", 50], ["0", 0], [" 20 € ", 2000], ["€20", 2000]];
  for (const [text, minor] of read) assert.equal(minorOf(text, "EUR"), minor, text);
});

test("what is no amount is none, and neither are more digits than the currency has", () => {
  for (const text of ["", "abc", "-5", "1,2,3", "12.5051", "1e3", "99999999999999"]) assert.equal(minorOf(text, "EUR"), null, text);
  assert.equal(minorOf("12.5", "JPY"), null);
});

test("currencies have the digits of ISO 4217", () => {
  assert.equal(minorOf("1500", "JPY"), 1500);
  assert.equal(minorOf("1.500", "KWD"), 1500);
  assert.match(plain(money({ minor: 1500, currency: "IQD" })), /1\.500/);
});

test("an amount has its minor units where there are any, and its sign where it is a difference", () => {
  setLanguage("es");
  assert.deepEqual([euros(1800), euros(1850)].map((one) => plain(money(one))), ["18 €", "18,50 €"]);
  assert.deepEqual([euros(200), euros(-200), euros(0)].map((one) => plain(signed(one))), ["+2 €", "-2 €", "0 €"]);
  setLanguage("en");
  assert.deepEqual([money(euros(1800)), money(euros(1800), false)], ["€18", "€18.00"]);
});
