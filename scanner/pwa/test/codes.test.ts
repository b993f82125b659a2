// Raw readings become codes as at the hub: both read tests/scenarios/codes.json.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { clean, readings, tag } from "../src/domain/codes.ts";
import { nameOfCode, sha256 } from "../src/domain/sha256.ts";
import { fold } from "../src/domain/text.ts";

interface Row { raw: string; times?: number; code: string | null; name: string }
const table = JSON.parse(readFileSync(new URL("../../../tests/scenarios/codes.json", import.meta.url), "utf8")) as { cases: Row[] };

for (const { raw, times = 1, code, name } of table.cases) {
  test(`reading: ${name}`, () => assert.equal(clean(raw.repeat(times)), code ?? ""));
}

const tags = JSON.parse(readFileSync(new URL("../../../tests/scenarios/tags.json", import.meta.url), "utf8")) as {
  cases: { raw: string; tag: string | null; name: string }[];
  readings: { scheme: string; code: string; opens: string[] }[];
};

for (const { raw, tag: wanted, name } of tags.cases) {
  test(`tag: ${name}`, () => assert.equal(tag(raw), wanted));
}

for (const { scheme, code, opens } of tags.readings) {
  test(`reading ${scheme}:${code}`, () => assert.deepEqual(readings(code, scheme).map((one) => `${one.scheme}:${one.value}`), opens));
}

test("SHA-256 is SHA-256, at every length around its blocks", () => {
  for (let length = 0; length < 200; length += 1) {
    const message = Uint8Array.from({ length }, (_, index) => (index * 37 + length) % 256);
    assert.deepEqual(Buffer.from(sha256(message)), createHash("sha256").update(message).digest());
  }
});

test("a code is named by its salted digest, as the hub does it", () => {
  const salt = Uint8Array.from({ length: 16 }, (_, index) => index);
  const digest = createHash("sha256").update(salt).update("qr:ZQ4K81MD7").digest().subarray(0, 12);
  assert.equal(nameOfCode(salt, "qr", "ZQ4K81MD7"), digest.toString("base64url"));
});

test("accents and case don't matter to a search", () => assert.equal(fold("  Núria  FERRÉR Ç "), "nuria ferrer c"));
