import { describe, expect, it } from "vitest";
import { LinkHealth, type HealthEvent } from "./link_health";

const states = ["connecting", "connected", "disconnected", "failed", "closed"] as const;
const events: Record<string, HealthEvent> = {
  ...Object.fromEntries(
    states.map((state) => [state, { type: "connectionState", state } satisfies HealthEvent]),
  ),
  tick: { type: "tick" },
  broken: { type: "broken" },
  starved: { type: "starved" },
  renewed: { type: "renewed" },
  network: { type: "networkChanged" },
  lost: { type: "signaling", ready: false },
  ready: { type: "signaling", ready: true },
};

/** Steps are "{ms} {event}"; the outcome is the last action, the link, and the ms until the next look. */
function run(steps: string[]) {
  const health = new LinkHealth(0, true);
  let action = "none";
  let now = 0;
  for (const step of steps) {
    const [time = "", name = ""] = step.split(" ");
    now = Number(time);
    const event = events[name];
    if (event === undefined) throw new Error(`no event ${name}`);
    action = health.handle(event, now);
  }
  return [action, health.link, health.deadline === undefined ? undefined : health.deadline - now];
}

describe("LinkHealth", () => {
  it.each<[string, string[], string, string, number | undefined]>([
    ["a new link has 8 s", ["0 connecting"], "none", "connecting", 8000],
    ["then it gets a new connection, and more time", ["8000 tick"], "rebuild", "connecting", 12_000],
    ["a page that stood still hears first what it has missed", ["9001 tick"], "none", "connecting", 1000],
    ["it was connected long since", ["9001 tick", "9002 connected"], "none", "connected", undefined],
    ["or it was not", ["9001 tick", "10001 tick"], "rebuild", "connecting", 12_000],
    ["which is not put off again", ["9001 tick", "15000 tick"], "rebuild", "connecting", 12_000],
    ["an early look changes nothing", ["7999 tick"], "none", "connecting", 1],
    ["three in vain: it has failed", ["8000 tick", "20000 tick", "38000 tick"], "rebuild", "failed", 27_000],
    [
      "the time does not grow for ever",
      ["8000 tick", "20000 tick", "38000 tick", "65000 tick", "95000 tick"],
      "rebuild",
      "failed",
      30_000,
    ],
    ["a failure while opening waits for its time", ["1000 failed"], "none", "connecting", 7000],
    [
      "success forgets failures",
      ["8000 tick", "20000 tick", "38000 tick", "39000 connected"],
      "none",
      "connected",
      undefined,
    ],
    ["a disturbance is given 3 s", ["10 connected", "100 disconnected"], "none", "interrupted", 3000],
    [
      "and mostly passes",
      ["10 connected", "100 disconnected", "900 connected"],
      "none",
      "connected",
      undefined,
    ],
    ["or ICE restarts", ["10 connected", "100 disconnected", "3100 tick"], "restartIce", "interrupted", 8000],
    ["at once when it is sure", ["10 connected", "100 failed"], "restartIce", "interrupted", 8000],
    [
      "or after a disturbance",
      ["10 connected", "100 disconnected", "200 failed"],
      "restartIce",
      "interrupted",
      8000,
    ],
    [
      "or when the network is another",
      ["10 connected", "100 disconnected", "200 network"],
      "restartIce",
      "interrupted",
      8000,
    ],
    ["which is nothing to a good link", ["10 connected", "100 network"], "none", "connected", undefined],
    [
      "a restart is given its time",
      ["10 connected", "100 failed", "200 failed", "300 disconnected"],
      "none",
      "interrupted",
      7800,
    ],
    ["and ends well", ["10 connected", "100 failed", "1000 connected"], "none", "connected", undefined],
    ["or in a new connection", ["10 connected", "100 failed", "8100 tick"], "rebuild", "interrupted", 12_000],
    ["the other side closed", ["10 connected", "100 closed"], "restartIce", "interrupted", 8000],
    ["the other side has a new connection", ["10 connected", "100 renewed"], "none", "interrupted", 8000],
    ["nothing arrives", ["10 connected", "9000 starved"], "rebuild", "interrupted", 8000],
    [
      "nothing arrives while it is being repaired",
      ["10 connected", "100 failed", "9000 starved"],
      "none",
      "interrupted",
      -900,
    ],
    [
      "nothing arrives, and without signaling nothing can be done",
      ["10 connected", "20 lost", "9000 starved"],
      "none",
      "connected",
      undefined,
    ],
    [
      "nothing arrives, and signaling is back",
      ["10 connected", "20 lost", "500 ready", "9000 starved"],
      "rebuild",
      "interrupted",
      8000,
    ],
    ["a refused description", ["10 connected", "100 broken"], "none", "interrupted", 8000],
    ["a refused description of a new link", ["100 broken"], "none", "connecting", 7900],
    ["nothing to do without signaling", ["10 lost", "9000 tick"], "none", "connecting", undefined],
    ["nor for a failed link", ["10 connected", "20 lost", "100 failed"], "none", "interrupted", undefined],
    [
      "until it is back",
      ["10 connected", "20 lost", "100 failed", "500 ready"],
      "restartIce",
      "interrupted",
      8000,
    ],
    ["an opening link starts anew", ["10 lost", "500 ready"], "rebuild", "connecting", 8000],
    [
      "a restart too, since its offer may be lost",
      ["10 connected", "20 failed", "30 lost", "500 ready"],
      "rebuild",
      "interrupted",
      8000,
    ],
    ["a good link does not care", ["10 connected", "20 lost", "500 ready"], "none", "connected", undefined],
    ["the same news twice", ["10 ready"], "none", "connecting", 7990],
  ])("%s", (_, steps, ...outcome) => {
    expect(run(steps)).toEqual(outcome);
  });
});
