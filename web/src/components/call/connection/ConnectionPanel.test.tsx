// @vitest-environment jsdom
import { act, cleanup, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Call, CallStatistics, ConnectionFigures, Participant } from "../../../call/types";
import { setLanguage, startI18n } from "../../../i18n";
import { Emitter } from "../../../util/emitter";
import { ConnectionPanel } from "./ConnectionPanel";

startI18n();
beforeEach(() => setLanguage("en"));
afterEach(cleanup);

const person = (id: string, name: string) =>
  ({ id, name, isSelf: id === "me", link: "connected" }) as Participant;
const two = [person("me", "Aigul"), person("bulat", "Bulat")];
const three = [...two, person("salavat", "")];

const direct: ConnectionFigures = {
  path: "p2p",
  peer: "bulat",
  established: true,
  route: "direct",
  protocol: "udp",
  family: "unknown",
  roundTripMs: 0.4,
  lossPercent: 0.44,
  encryption: { srtpCipher: "AES_CM_128_HMAC_SHA1_80", tlsVersion: "FEFD" },
};

function show(participants: readonly Participant[]) {
  const emitter = new Emitter<CallStatistics>();
  const call = { onStatistics: (listener) => emitter.on(listener) } as Pick<Call, "onStatistics"> as Call;
  render(<ConnectionPanel call={call} participants={participants} />);
  return { tell: (statistics: CallStatistics) => act(() => emitter.emit(statistics)), emitter };
}

function fact(label: string, within_: HTMLElement = document.body): string | null | undefined {
  return within(within_).getAllByText(label)[0]?.nextElementSibling?.textContent;
}

describe("ConnectionPanel", () => {
  it("waits for the first figures", () => {
    show(two);
    expect(screen.getByText(/^Connecting/)).toBeTruthy();
    expect(screen.queryByRole("list")).toBeNull();
  });

  it("says who is at the other end of a direct connection, and what the browser tells of it", () => {
    const { tell } = show(two);
    tell({ connections: [direct], people: [] });
    expect(screen.getByText(/^You and Bulat are connected directly/)).toBeTruthy();
    expect(fact("Path")).toBe("Direct");
    // The browser hides the address, so nothing is said of it.
    expect(fact("Protocol")).toBe("UDP");
    expect(fact("Round trip")).toBe("< 1 ms");
    expect(fact("Loss")).toBe("0.4%");
    expect(fact("Encryption")).toBe("DTLS 1.2, SRTP AES-CM-128-HMAC-SHA1-80");
  });

  it("has no figures of a connection that is lost", () => {
    const { tell } = show([two[0], { ...two[1], link: "interrupted" }] as Participant[]);
    tell({ connections: [{ ...direct, established: false }], people: [] });
    expect(screen.getByText(/^There is no connection right now/)).toBeTruthy();
    expect(screen.queryByText("Path")).toBeNull();
    expect(screen.queryByRole("list")).toBeNull();
  });

  it("says plainly that an SFU is to be trusted", () => {
    const { tell } = show(three);
    tell({ connections: [{ ...direct, path: "sfu", peer: undefined, route: "sfu" }], people: [] });
    expect(screen.getByText(/go through this server/)).toBeTruthy();
    expect(screen.getByText(/no end-to-end encryption/)).toBeTruthy();
  });

  it("lists every person, with figures or with the reason why there are none", () => {
    const { tell } = show(three);
    tell({
      connections: [direct, { ...direct, peer: "salavat", established: false }],
      people: [
        {
          id: "bulat",
          pictures: [{ kind: "camera", width: 1280, height: 720, framesPerSecond: 25, layer: "low" }],
          history: [{ at: 0, bitrate: 1_240_000, lossPercent: 2, roundTripMs: 23, framesPerSecond: 25 }],
        },
      ],
    });
    expect(screen.getByRole("heading", { name: "With No name" })).toBeTruthy();
    const row = (name: string) => {
      const item = screen.getByRole("heading", { name, level: 4 }).closest("li");
      if (item === null) throw new Error("the heading is in no row");
      return item;
    };
    expect(row("Aigul (you)").textContent).toContain("Nothing is sent");
    expect(row("No name").textContent).toContain("Nothing arrives");
    expect(row("Bulat").textContent).toContain("1280×720, small");
    expect(fact("Received", row("Bulat"))).toBe("1.2 Mbit/s");
    expect(fact("Round trip", row("Bulat"))).toBe("23 ms");
    expect(fact("Frame rate", row("Bulat"))).toBe("25 fps");
  });

  it("says what to do about loss, and is quiet without others", () => {
    const { tell } = show(two);
    tell({ connections: [{ ...direct, lossPercent: 12 }], people: [] });
    expect(screen.getByText(/gets lost on the way/)).toBeTruthy();
    cleanup();
    show([person("me", "Aigul")]).tell({ connections: [], people: [] });
    expect(screen.getByText(/^Nobody else is here yet/)).toBeTruthy();
    expect(screen.queryByRole("list")).toBeNull();
  });

  it("stops listening when it is closed", () => {
    const { emitter } = show(two);
    cleanup();
    expect(emitter.isHeard).toBe(false);
  });
});
