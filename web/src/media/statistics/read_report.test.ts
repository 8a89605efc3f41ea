import { describe, expect, it } from "vitest";
import type { MediaConnection, MediaKind } from "../media_path";
import { readReport } from "./read_report";
import { asReport, changed, chromiumPair, chromiumSfu, firefoxPair } from "./testing/reports";

const kinds: Readonly<Record<string, MediaKind>> = {
  "0": "audio",
  "1": "camera",
  "2": "screen",
  s3: "camera",
};

const pair: Pick<MediaConnection, "path" | "peer" | "describe"> = {
  path: "p2p",
  peer: "bulat",
  describe: (mid, direction) => {
    const kind = kinds[mid];
    return kind && { id: direction === "outbound" ? "me" : "bulat", kind };
  },
};

const sfu: typeof pair = {
  path: "sfu",
  describe: (mid) => {
    const kind = kinds[mid];
    return kind && { id: mid.startsWith("s") ? "bulat" : "me", kind };
  },
};

const read = (entries: typeof chromiumPair, source = pair) => readReport(source, asReport(entries));

describe("readReport", () => {
  it("tells how Chromium is connected", () => {
    expect(read(chromiumPair).connection).toEqual({
      path: "p2p",
      peer: "bulat",
      established: true,
      route: "direct",
      protocol: "udp",
      family: "IPv4",
      roundTripMs: 12,
      encryption: {
        dtlsState: "connected",
        dtlsCipher: "TLS_AES_128_GCM_SHA256",
        srtpCipher: "SRTP_AES128_CM_HMAC_SHA1_80",
        tlsVersion: "FEFC",
      },
    });
  });

  it("does not make an address of the names by which Firefox hides one", () => {
    expect(read(firefoxPair).connection).toMatchObject({
      established: true,
      route: "direct",
      protocol: "udp",
      family: "unknown",
      roundTripMs: 0,
    });
  });

  it("recognizes IPv6, at either end", () => {
    const hidden = { address: "3c1d8649.local" };
    expect(read(changed(chromiumPair, { I3x0pk0Gc: { address: "fe80::1" } })).connection.family).toBe("IPv6");
    expect(
      read(changed(chromiumPair, { I3x0pk0Gc: hidden, IA5mr99oQ: { address: "2001:db8::5" } })).connection
        .family,
    ).toBe("IPv6");
    expect(read(changed(chromiumPair, { I3x0pk0Gc: hidden, IA5mr99oQ: hidden })).connection.family).toBe(
      "unknown",
    );
  });

  it.each(["I3x0pk0Gc", "IA5mr99oQ"])("calls it relayed when the candidate %s is a relay", (id) => {
    expect(read(changed(chromiumPair, { [id]: { candidateType: "relay" } })).connection.route).toBe(
      "relayed",
    );
  });

  it.each([
    ["udp", "udp"],
    ["tcp", "tcp"],
    ["tls", "tcp"],
  ])("names the protocol to the own relay: %s is %s", (relayProtocol, protocol) => {
    const relayed = changed(chromiumPair, { I3x0pk0Gc: { candidateType: "relay", relayProtocol } });
    expect(read(relayed).connection.protocol).toBe(protocol);
  });

  it("finds the pair in use where the transport does not name it", () => {
    const withoutTransport = firefoxPair.filter(({ type }) => type !== "transport");
    expect(read(withoutTransport).connection).toMatchObject({ established: true, protocol: "udp" });
    const unmarked = withoutTransport.map((entry) => ({ ...entry, selected: false }));
    expect(read(unmarked).connection.established).toBe(true);
  });

  it("is not established before there is a pair and keys, nor when the other end has fallen silent", () => {
    expect(read([]).connection).toMatchObject({ established: false, protocol: undefined, family: "unknown" });
    expect(read(changed(chromiumPair, { T01: { dtlsState: "connecting" } })).connection.established).toBe(
      false,
    );
  });

  it("takes the round trip from the reports of the other side when the pair has none", () => {
    const entries = chromiumPair.filter(({ type }) => type !== "candidate-pair");
    expect(read(entries).connection.roundTripMs).toBeCloseTo(1.45);
  });

  it("says whose streams they are, each way", () => {
    const { streams } = read(chromiumPair);
    expect(streams.map(({ id, kind, direction }) => `${id} ${kind} ${direction}`)).toEqual([
      "bulat audio in",
      "bulat screen in",
      "bulat camera in",
      "me audio out",
      "me camera out",
      "me screen out",
    ]);
    expect(streams[2]).toMatchObject({ bytes: 251096, packets: 325, size: { width: 480, height: 270 } });
    expect(streams[1]?.size).toBeUndefined();
  });

  it("has no size of a picture that Firefox says is 0 wide", () => {
    expect(read(firefoxPair).streams.find(({ kind }) => kind === "screen")?.size).toBeUndefined();
  });

  it("puts the losses that the other side reports to what was sent", () => {
    const lossy = changed(chromiumPair, { RIV1639743358: { packetsLost: 7 } });
    expect(read(lossy).streams.find(({ id, kind }) => id === "me" && kind === "camera")?.lost).toBe(7);
  });

  it("keeps the layers to an SFU apart", () => {
    const { connection, streams } = read(chromiumSfu, sfu);
    expect(connection).toMatchObject({ route: "sfu", family: "IPv4", peer: undefined });
    expect(streams.map(({ id, rid }) => [id, rid])).toEqual([
      ["bulat", undefined],
      ["me", "a"],
      ["me", "b"],
    ]);
  });

  it("leaves out what nobody can name", () => {
    expect(read(chromiumPair, { ...pair, describe: () => undefined }).streams).toEqual([]);
  });
});
