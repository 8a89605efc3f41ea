import { expect, it } from "vitest";
import { isExpected, makesOffers } from "./negotiation_rule";

it.each([
  ["a", "b", false],
  ["b", "a", true],
  ["0f", "f0", false],
])("%s towards %s makes the offers: %s", (own, peer, offers) => {
  expect(makesOffers(own, peer)).toBe(offers);
  expect(makesOffers(peer, own)).toBe(!offers);
});

it.each([
  ["answer", "have-local-offer", true, true],
  ["answer", "stable", true, false],
  ["answer", "closed", true, false],
  ["offer", "stable", true, false],
  ["offer", "have-local-offer", true, false],
  ["offer", "stable", false, true],
  ["offer", "have-remote-offer", false, false],
  ["offer", "closed", false, false],
  ["answer", "stable", false, false],
  ["answer", "have-local-offer", false, false],
] as const)("an %s while %s, offering %s, is expected: %s", (type, state, offering, expected) => {
  expect(isExpected(type, state, offering)).toBe(expected);
});
