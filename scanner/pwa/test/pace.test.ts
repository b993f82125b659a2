// A gun is told from a person by its pace.

import assert from "node:assert/strict";
import { test } from "node:test";
import { typistOf } from "../src/read/pace.ts";

test("four quick letters are a gun", () => {
  assert.equal(typistOf([2, 2, 2]), "gun");
  assert.equal(typistOf([40, 70, 60]), "gun");
});

test("three letters may be anybody's", () => assert.equal(typistOf([2, 2]), "unknown"));

test("one hiccup does not turn a gun into a person, wherever it comes", () => {
  assert.equal(typistOf([250, 2, 2, 2, 2]), "gun");
  assert.equal(typistOf([2, 2, 250, 2, 2]), "gun");
  assert.equal(typistOf([2, 2, 250]), "unknown");
});

test("a person is slow more than once", () => {
  assert.equal(typistOf([120, 150]), "person");
  assert.equal(typistOf([20, 150, 25, 130]), "person"); // who rolls over pairs of keys
});

test("a person is uneven", () => assert.equal(typistOf([60, 120]), "person"));
