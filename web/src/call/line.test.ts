import { describe, expect, it } from "vitest";
import { describeLine, findTrouble, qualityOf } from "./line";
import type { CallStatistics, ConnectionFigures, LinkState, Participant } from "./types";

function connection(change: Partial<ConnectionFigures> = {}): ConnectionFigures {
  return {
    path: "p2p",
    established: true,
    route: "direct",
    protocol: "udp",
    family: "IPv4",
    encryption: {},
    ...change,
  };
}

const sfu = connection({ path: "sfu", route: "sfu" });
const relayed = connection({ route: "relayed" });

const statistics = (...connections: ConnectionFigures[]): CallStatistics => ({ connections, people: [] });

const person = (id: string, link: LinkState = "connected") =>
  ({ id, isSelf: id === "me", link }) as Participant;

const two = [person("me"), person("bulat")];

describe("describeLine", () => {
  it.each([
    ["direct", [connection(), connection()]],
    ["relayed", [relayed]],
    ["mixed", [relayed, connection()]],
    ["sfu", [sfu]],
    ["moving", [sfu, connection()]],
    ["connecting", [connection({ established: false })]],
    // What is not yet there does not count.
    ["direct", [connection(), connection({ path: "sfu", route: "sfu", established: false })]],
  ])("is %s", (state, connections) => {
    expect(describeLine(statistics(...connections), two)).toBe(state);
  });

  it("is alone without others, whatever there is to an SFU", () => {
    expect(describeLine(statistics(sfu), [person("me")])).toBe("alone");
  });

  it("is connecting before the first figures, and broken when what was there is not any more", () => {
    expect(describeLine(undefined, [person("me"), person("bulat", "connecting")])).toBe("connecting");
    expect(describeLine(statistics(), [person("me"), person("bulat", "interrupted")])).toBe("broken");
    expect(describeLine(statistics(), [person("me"), person("bulat", "failed")])).toBe("broken");
  });
});

describe("findTrouble", () => {
  it("finds none in a good line", () => {
    expect(findTrouble(undefined, "me")).toBeUndefined();
    expect(findTrouble(statistics(connection({ lossPercent: 4.9 }), relayed), "me")).toBeUndefined();
  });

  it("finds loss in what arrives and in what we send", () => {
    expect(findTrouble(statistics(connection({ lossPercent: 5 })), "me")).toBe("loss");
    const sending = (id: string): CallStatistics => ({
      ...statistics(connection()),
      people: [{ id, pictures: [], history: [{ at: 0, lossPercent: 20 }] }],
    });
    expect(findTrouble(sending("me"), "me")).toBe("loss");
  });

  it("warns of a relay over TCP, and not of TCP to the SFU", () => {
    expect(findTrouble(statistics({ ...relayed, protocol: "tcp" }), "me")).toBe("detour");
    expect(findTrouble(statistics({ ...sfu, protocol: "tcp" }), "me")).toBeUndefined();
  });
});

describe("qualityOf", () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ frozen: 0 }, undefined],
    [{ lossPercent: 1, frozen: 0 }, "good"],
    [{ lossPercent: 3 }, "fair"],
    [{ frozen: 0.2 }, "fair"],
    [{ lossPercent: 9 }, "poor"],
    [{ lossPercent: 0, frozen: 0.5 }, "poor"],
  ])("makes of %j: %s", (sample, quality) => {
    expect(qualityOf(sample === undefined ? [] : [{ at: 0, ...sample }], false)).toBe(quality);
  });

  it("is poor when a picture that was there does not come any more, and should", () => {
    const moving = { at: 0, lossPercent: 0, framesPerSecond: 25 };
    const stopped = { at: 0, lossPercent: 0 };
    expect(qualityOf([moving, stopped, stopped], true)).toBe("poor");
    expect(qualityOf([moving, stopped, stopped], false)).toBe("good");
    expect(qualityOf([moving, moving, stopped], true)).toBe("good");
    // It has not come yet.
    expect(qualityOf([stopped, stopped], true)).toBe("good");
  });
});
