import { describe, expect, it } from "vitest";
import { mediaKinds, type MediaKind, type RemoteMedia } from "../media_path";
import { Handover, type HandoverView } from "./handover";

const stream = {} as MediaStream;
const connected: RemoteMedia = { link: "connected", audio: stream, camera: stream };
const noVideo: RemoteMedia = { link: "connected", audio: stream };
const connecting: RemoteMedia = { link: "connecting" };
const broken: RemoteMedia = { ...connected, link: "interrupted" };

interface Step extends Partial<Omit<HandoverView, "delivers">> {
  delivers?: MediaKind[];
}

function view({ delivers = [], ...rest }: Step): HandoverView {
  return {
    now: 0,
    since: 0,
    sends: { audio: true, camera: true, screen: false },
    hasThere: () => true,
    old: connected,
    next: connected,
    sendsAll: true,
    delivers: (kind) => delivers.includes(kind),
    ...rest,
  };
}

/** What is taken from the next path after a row of looks at the move to it. */
function movedAfter(...steps: Step[]): MediaKind[] {
  const handover = new Handover("old");
  for (const step of steps) handover.look(view(step));
  return mediaKinds.filter((kind) => handover.sourceOf(kind) === "next");
}

function leavesAt(now: number, ...steps: Step[]): boolean {
  const handover = new Handover("old");
  for (const step of steps) handover.look(view(step));
  return handover.mayLeave(view({ ...steps.at(-1), now }));
}

describe("Handover", () => {
  it.each<[string, Step[], MediaKind[]]>([
    ["nothing, while the new path only has streams", [{}], []],
    ["each kind when it is delivered", [{ delivers: ["audio"] }], ["audio"]],
    ["all that is delivered", [{ delivers: ["audio", "camera"] }], ["audio", "camera"]],
    ["nothing that has no stream", [{ next: noVideo, delivers: ["camera"] }], []],
    ["all there is when the old path is broken", [{ old: broken }], ["audio", "camera"]],
    ["all there is when the old path never was", [{ old: undefined }], ["audio", "camera"]],
    [
      "nothing, when both are broken and only the old one has a picture",
      [{ old: broken, next: connecting }],
      [],
    ],
    ["for good", [{ delivers: ["audio"] }, {}], ["audio"]],
    ["back, when it is lost and the old path has it", [{ delivers: ["camera"] }, { next: noVideo }], []],
    [
      "a camera that is turned on in the middle by whichever has it first",
      [{ old: noVideo, next: connected }],
      ["camera"],
    ],
  ])("takes from the new path: %s", (_, steps, kinds) => {
    expect(movedAfter(...steps)).toEqual(kinds);
  });

  it.each<[string, number, Step[], boolean]>([
    ["not before the others had time", 2999, [{ delivers: ["audio", "camera"] }], false],
    ["when the others had time", 3000, [{ delivers: ["audio", "camera"] }], true],
    ["not while something waits", 9000, [{ delivers: ["audio"] }], false],
    ["in the end, whatever waits", 13_000, [{ delivers: ["audio"] }], true],
    [
      "not for one to which the other has not come, as long as the old one works",
      99_000,
      [{ delivers: ["camera"], hasThere: (kind) => kind === "camera" }],
      false,
    ],
    [
      "for one to which the other has not come, when the old one does not work",
      99_000,
      [{ hasThere: () => false, old: broken }],
      true,
    ],
    ["never for one that does not work", 99_000, [{ next: connecting }], false],
    ["never for one that is interrupted", 99_000, [{ delivers: ["audio", "camera"], next: broken }], false],
    [
      "never before our own tracks are there",
      99_000,
      [{ delivers: ["audio", "camera"], sendsAll: false }],
      false,
    ],
    [
      "not before the others had time to take our own tracks",
      16_999,
      [
        { delivers: ["audio"], sendsAll: false },
        { delivers: ["audio"], now: 14_000 },
      ],
      false,
    ],
    [
      "when the others had time to take our own tracks",
      17_000,
      [
        { delivers: ["audio"], sendsAll: false },
        { delivers: ["audio"], now: 14_000 },
      ],
      true,
    ],
    [
      "after somebody who sends nothing, as soon",
      3000,
      [{ sends: { audio: false, camera: false, screen: false } }],
      true,
    ],
    [
      "not when something has come to wait since",
      3000,
      [
        { delivers: ["audio"], sends: { audio: true, camera: false, screen: false } },
        { delivers: ["audio"], now: 2000 },
      ],
      false,
    ],
  ])("leaves the old path: %s", (_, now, steps, leaves) => {
    expect(leavesAt(now, ...steps)).toBe(leaves);
  });

  it("goes back in the middle from where it is", () => {
    const handover = new Handover("old");
    handover.look(view({ delivers: ["audio"] }));
    handover.turnBack();
    const back = { since: 1000 };
    handover.look(view({ ...back, now: 1000 }));
    expect([handover.sourceOf("audio"), handover.sourceOf("camera")]).toEqual(["old", "next"]);
    expect(handover.mayLeave(view({ ...back, now: 5000 }))).toBe(false);
    handover.look(view({ ...back, now: 5000, delivers: ["audio"] }));
    expect(handover.sourceOf("audio")).toBe("next");
    expect(handover.mayLeave(view({ ...back, now: 8000 }))).toBe(true);
  });
});
