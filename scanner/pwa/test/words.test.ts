// Every language has all the words, and says as much as the others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { english as kioskEnglish } from "../src/kiosk/english.ts";
import { spanish as kioskSpanish } from "../src/kiosk/spanish.ts";
import { english as reportEnglish } from "../src/report/english.ts";
import { spanish as reportSpanish } from "../src/report/spanish.ts";
import { english as sellingEnglish } from "../src/sell/english.ts";
import { spanish as sellingSpanish } from "../src/sell/spanish.ts";
import { LANGUAGES } from "../src/words/words.ts";

type Words = Readonly<Record<string, string>>;
const english = LANGUAGES.en?.words ?? {};
const pairs: [string, Words, Words][] = [
  ...Object.entries(LANGUAGES).map(([tag, { words }]): [string, Words, Words] => [tag, english, words]),
  ["es, kiosk", kioskEnglish, kioskSpanish],
  ["es, reports", reportEnglish, reportSpanish],
  ["es, selling", sellingEnglish, sellingSpanish],
];

const gaps = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").filter((name) => name !== "s").sort();

for (const [tag, ours, theirs] of pairs) {
  test(`${tag} has the words of English, no more and no less`, () => {
    assert.deepEqual(Object.keys(theirs).sort(), Object.keys(ours).sort());
  });
  test(`${tag} leaves no word empty and fills in the same gaps`, () => {
    for (const [key, text] of Object.entries(theirs)) {
      assert.notEqual(text.trim(), "", key);
      assert.deepEqual(gaps(text), gaps(ours[key] ?? ""), key);
    }
  });
  test(`${tag} speaks without exclamation marks and without jargon`, () => {
    for (const [key, text] of Object.entries(theirs)) assert.doesNotMatch(text, /[!¡]|\b(sync|queue|API|offline|cache)\b/i, key);
  });
}
