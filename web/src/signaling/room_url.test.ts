import { expect, it } from "vitest";
import { roomSegment, socketScheme } from "./room_url";

it.each([
  ["team", "team"],
  ["my room", "my%20room"],
  ["комната", "%D0%BA%D0%BE%D0%BC%D0%BD%D0%B0%D1%82%D0%B0"],
  ["a/b?c#d", "a%2Fb%3Fc%23d"],
  ["50%", "50%25"],
  ["a&b=c+d;e,f:g@h!$'()*", "a&b=c+d;e,f:g@h!$'()*"],
])("the room %s is the segment %s", (room, segment) => {
  expect(roomSegment(room)).toBe(segment);
});

it.each([
  ["https:", "wss"],
  ["http:", "ws"],
])("a page over %s has a socket over %s", (page, scheme) => {
  expect(socketScheme(page)).toBe(scheme);
});
