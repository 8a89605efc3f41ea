import { describe, expect, it } from "vitest";
import type { RemoteMedia } from "../media/media_path";
import type { User, UserTracks } from "../protocol/messages";
import { describeOther, describeSelf, keepUnchanged } from "./participants";
import type { ConnectionStatus, DevicesSnapshot, LinkState } from "./types";

const stream = (id: string) => ({ id }) as MediaStream;
const remote: RemoteMedia = {
  link: "connected",
  audio: stream("a"),
  camera: stream("c"),
  screen: stream("s"),
};

function user(tracks: Partial<UserTracks> = {}, more: Partial<User> = {}): User {
  return {
    id: "a",
    name: "A",
    raisedHand: false,
    speaking: true,
    joined: true,
    tracks: {
      audioEnabled: true,
      audioUnavailable: false,
      videoEnabled: true,
      screenShareEnabled: true,
      ...tracks,
    },
    ...more,
  };
}

describe("describeOther", () => {
  it("shows pictures only while they are sent, and keeps the voice", () => {
    const shown = describeOther(user(), remote);
    expect([shown.camera, shown.screen, shown.audio]).toEqual([remote.camera, remote.screen, remote.audio]);
    const hidden = describeOther(
      user({ videoEnabled: false, screenShareEnabled: false, audioEnabled: false }),
      remote,
    );
    expect([hidden.camera, hidden.screen, hidden.audio]).toEqual([undefined, undefined, remote.audio]);
  });

  it("has nobody speak who is muted", () => {
    expect(describeOther(user(), remote).speaking).toBe(true);
    expect(describeOther(user({ audioEnabled: false }), remote).speaking).toBe(false);
  });

  it("is connecting without a link", () => {
    expect(describeOther(user(), undefined)).toMatchObject({
      link: "connecting",
      linkSince: undefined,
      camera: undefined,
    });
  });
});

describe("describeSelf", () => {
  const devices = { cameraPreview: stream("me"), screenPreview: stream("my screen") } as DevicesSnapshot;

  it.each<[ConnectionStatus, LinkState, number | undefined]>([
    ["connecting", "connecting", 5],
    ["open", "connected", undefined],
    ["reconnecting", "interrupted", 5],
    ["refused", "failed", 5],
  ])("takes the socket's %s for the link's %s", (status, link, linkSince) => {
    expect(
      describeSelf({ user: user(), devices, status, statusSince: 5, unsentSince: undefined }),
    ).toMatchObject({
      isSelf: true,
      link,
      linkSince,
    });
  });

  it.each<[ConnectionStatus, LinkState, number]>([
    ["open", "interrupted", 3],
    ["reconnecting", "interrupted", 5],
    ["refused", "failed", 5],
  ])("shows that the others miss something of ours, when the socket is %s", (status, link, linkSince) => {
    expect(describeSelf({ user: user(), devices, status, statusSince: 5, unsentSince: 3 })).toMatchObject({
      link,
      linkSince,
    });
  });

  it("has no voice of its own, and the previews while they are sent", () => {
    const self = describeSelf({
      user: user({ screenShareEnabled: false }),
      devices,
      status: "open",
      statusSince: 0,
      unsentSince: undefined,
    });
    expect([self.audio, self.camera, self.screen]).toEqual([undefined, devices.cameraPreview, undefined]);
  });
});

describe("keepUnchanged", () => {
  const list = (...users: User[]) => users.map((one) => describeOther(one, remote));

  it("gives the very same list when nothing changed", () => {
    const before = list(user(), user({}, { id: "b" }));
    expect(keepUnchanged(before, list(user(), user({}, { id: "b" })))).toBe(before);
  });

  it("exchanges only those who changed", () => {
    const before = list(user(), user({}, { id: "b" }));
    const after = keepUnchanged(before, list(user({ audioEnabled: false }), user({}, { id: "b" })));
    expect(after[0]).not.toBe(before[0]);
    expect(after[1]).toBe(before[1]);
  });

  it("notices those who come, go or change places", () => {
    const before = list(user(), user({}, { id: "b" }));
    expect(keepUnchanged(before, list(user()))).toHaveLength(1);
    expect(keepUnchanged(before, list(user({}, { id: "b" }), user()))).toEqual([before[1], before[0]]);
  });
});
