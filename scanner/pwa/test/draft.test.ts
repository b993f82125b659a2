// What a sale costs, what is wrong with it, and what is sent: as the hub counts and checks (app/domain/sale.py).

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Draft, fieldsOf, isoOf, mostOf, newDraft, resize, setSupplement, share, shownAt, stateOf, totalOf, wishOf, wrongIn } from "../src/sell/draft.ts";
import type { Rate } from "../src/sell/wire.ts";

const euros = (minor: number) => ({ minor, currency: "EUR" });
const price = (id: string, minor: number, fee = 0, left: number | null = null) =>
  ({ id, name: "", amount: euros(minor), fee: euros(fee), until: null, left, includes: "" });

function rate(more: Partial<Rate> = {}): Rate {
  return {
    id: "r", name: "General", prices: [price("p1", 1050, 100), price("p2", 1800)], current: "p1", following: "p2",
    supplements: [{ id: "s1", name: "Copa", amount: euros(800) }], questions: [], minimum: 1, maximum: 10, available: null, warranty: null,
    warranty_hours: null, needs: [], tenders: ["cash"], ...more,
  };
}

function filled(of: Rate, quantity: number, ...tickets: Partial<Draft["tickets"][number]>[]): Draft {
  const draft = newDraft("e", of, true);
  resize(draft, quantity);
  tickets.forEach((one, at) => { Object.assign(draft.tickets[at] ?? {}, one); });
  return draft;
}

test("the total is the price, supplements, and the cover's share of the price, for each ticket; by phone the fee too", () => {
  const draft = filled(rate({ warranty: 7.35 }), 3);
  setSupplement(draft.tickets.slice(0, 2), "s1", true);
  assert.equal(totalOf(draft, rate({ warranty: 7.35 }), "cash")?.minor, 3 * 1050 + 2 * 800);
  draft.warranty = true;
  assert.equal(totalOf(draft, rate({ warranty: 7.35 }), "card")?.minor, 3 * (1050 + 77) + 2 * 800);
  assert.equal(totalOf(draft, rate({ warranty: 7.35 }), "phone")?.minor, 3 * (1150 + 77) + 2 * 800);
});

test("a share is rounded half up, without the noise of binary fractions", () => {
  const told: [number, number, number][] = [[1050, 10, 105], [1005, 10, 101], [1999, 12.5, 250], [100, 0.5, 1], [100, 0.4999, 0], [4350, 7.35, 320]];
  for (const [minor, percent, expected] of told) assert.equal(share(minor, percent), expected, `${percent} % of ${minor}`);
});

test("a rate is on, sold out, or not yet on sale", () => {
  assert.equal(stateOf(rate()), "on");
  assert.equal(stateOf(rate({ current: null })), "later");
  assert.equal(stateOf(rate({ current: null, following: null })), "soldout");
  assert.equal(stateOf(rate({ available: 0 })), "soldout");
  assert.equal(stateOf(rate({ available: 3, minimum: 4 })), "soldout");
  assert.equal(mostOf(rate({ available: 7, prices: [price("p1", 1, 0, 4)] })), 4);
});

test("one ticket more has what all of them have, and one less forgets nothing", () => {
  const draft = filled(rate(), 2, { name: "Ana" }, { name: "Iker" });
  setSupplement(draft.tickets, "s1", true);
  resize(draft, 3);
  assert.deepEqual(draft.tickets[2]?.supplements, ["s1"]);
  resize(draft, 1);
  resize(draft, 2);
  assert.equal(draft.tickets[1]?.name, "Iker");
});

test("whoever buys them is reached for all of them", () => {
  const of = rate({ needs: ["email", "name"] });
  const draft = filled(of, 2, { name: "Ana", email: "ana@mail.example" }, { name: "Iker", email: "old@mail.example" });
  assert.deepEqual(wishOf(draft, of, "cash", "id")?.tickets.map(({ email }) => email), ["ana@mail.example", "ana@mail.example"]);
  assert.equal(shownAt(draft, "tickets[1].email"), "tickets[0].email");
  assert.equal(shownAt(draft, "tickets[1].name"), "tickets[1].name");
  draft.sameContact = false;
  assert.equal(shownAt(draft, "tickets[1].email"), "tickets[1].email");
});

test("what is missing or malformed is named as the hub names it, once", () => {
  const of = rate({ needs: ["email", "name"], questions: [{ id: "q1", label: "Size", required: true, options: ["S"] }] });
  const draft = filled(of, 2, { name: "Ana", email: "ana", answers: { q1: "S" } });
  assert.deepEqual(wrongIn(draft, of).map(({ field }) => field), ["tickets[0].email", "tickets[1].name", "tickets[1].answers.q1"]);
});

test("a document's number is asked for together with its kind", () => {
  assert.deepEqual(fieldsOf(rate({ needs: ["document_number"] }), { named: false }), ["document_type", "document_number"]);
});

test("only what was filled in is sent", () => {
  const of = rate();
  assert.deepEqual(wishOf(filled(of, 1, { name: "Ana" }), of, "cash", "id"), {
    id: "id", event: "e", rate: "r", price: "p1", tender: "cash", tickets: [{ answers: {}, supplements: [] }], warranty: false, total: 1050,
    currency: "EUR", admit: true,
  });
});

test("days of birth are read as people write them", () => {
  for (const text of ["1990-05-01", "1/5/1990", "01.05.1990", "01 05 1990", "01051990", "1/5/90"]) assert.equal(isoOf(text), "1990-05-01", text);
  for (const text of ["", "31/2/1990", "1990", "5/13/1990", "yesterday"]) assert.equal(isoOf(text), null, text);
});
