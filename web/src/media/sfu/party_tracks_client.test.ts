import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "./party_tracks_client";

it("reads the address that it writes", () => {
  const address = { sessionId: "s", trackName: "t" };
  expect(parseAddress(formatAddress(address))).toEqual(address);
});

it.each(["", "/", "s", "s/", "/t", "s/t/u"])("takes %o for no address", (text) => {
  expect(parseAddress(text)).toBeNull();
});
