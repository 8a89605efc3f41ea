// @vitest-environment jsdom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RoomSocket } from "./room_socket";

class FakeWebSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeWebSocket[] = [];

  readyState = 0;
  binaryType = "blob";
  readonly sent: string[] = [];
  readonly url: string;

  constructor(url: string) {
    super();
    this.url = url;
    FakeWebSocket.all.push(this);
  }

  send(data: string): void {
    this.sent.push(data);
  }

  close(): void {
    this.readyState = 3;
  }

  open(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event("open"));
  }

  receive(message: object): void {
    this.dispatchEvent(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  closeByServer(code: number): void {
    this.readyState = 3;
    this.dispatchEvent(new CloseEvent("close", { code }));
  }
}

const opened: RoomSocket[] = [];

function setUp() {
  const listener = { statusChanged: vi.fn(), received: vi.fn(), attemptFailed: vi.fn() };
  const socket = new RoomSocket({
    room: "my room",
    id: "id-1",
    listener,
    page: { host: "meet.example", protocol: "https:" },
    WebSocket: FakeWebSocket as unknown as typeof WebSocket,
  });
  opened.push(socket);
  return { socket, listener };
}

const latest = (): FakeWebSocket => {
  const socket = FakeWebSocket.all.at(-1);
  if (socket === undefined) throw new Error("no socket yet");
  return socket;
};
const passSeconds = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
const typesOf = (socket: FakeWebSocket) =>
  socket.sent.map((text) => (JSON.parse(text) as { type: string }).type);

beforeEach(() => {
  FakeWebSocket.all = [];
  vi.useFakeTimers();
});

afterEach(() => {
  for (const socket of opened.splice(0)) socket.close();
  vi.useRealTimers();
});

describe("RoomSocket", () => {
  it("connects with the page's scheme, the room, its id and its version", async () => {
    setUp();
    await passSeconds(0);
    expect(latest().url).toBe("wss://meet.example/parties/rooms/my%20room?_pk=id-1&client=2");
  });

  it.each([1000, 1001, 1006, 1011, 1012, 1013, 4000])(
    "connects again after %i, with the same id",
    async (code) => {
      const { listener } = setUp();
      await passSeconds(0);
      latest().open();
      latest().closeByServer(code);
      expect(listener.statusChanged).toHaveBeenLastCalledWith("reconnecting", undefined);
      await passSeconds(4);
      expect(FakeWebSocket.all).toHaveLength(2);
      expect(latest().url).toContain("_pk=id-1");
      latest().open();
      expect(listener.statusChanged).toHaveBeenLastCalledWith("open", undefined);
    },
  );

  it.each([
    [4403, "idInUse"],
    [4409, "replaced"],
    [4429, "tooManyMessages"],
  ])("gives up after %i", async (code, refusal) => {
    const { listener } = setUp();
    await passSeconds(0);
    latest().open();
    latest().closeByServer(code);
    expect(listener.statusChanged).toHaveBeenLastCalledWith("refused", refusal);
    await passSeconds(60);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  it("tries at least twice within the 8 s that the server waits", async () => {
    const { listener } = setUp();
    await passSeconds(0);
    latest().open();
    latest().closeByServer(1012);
    for (let tenth = 0; tenth < 80; tenth += 1) {
      await passSeconds(0.1);
      if (latest().readyState === 0) latest().closeByServer(1006);
    }
    expect(listener.attemptFailed.mock.calls.length).toBeGreaterThanOrEqual(2);
  });

  it("queues nothing while it is not open", async () => {
    const { socket } = setUp();
    await passSeconds(0);
    expect(socket.send({ type: "muteUser", id: "a" })).toBe(false);
    await passSeconds(3);
    latest().open();
    expect(latest().sent).toEqual([]);
    expect(socket.send({ type: "muteUser", id: "a" })).toBe(true);
  });

  it("beats every 5 s while it is open", async () => {
    setUp();
    await passSeconds(0);
    const socket = latest();
    socket.open();
    for (let beats = 0; beats < 3; beats += 1) {
      await passSeconds(5);
      socket.receive({ type: "partyserver-pong" });
    }
    expect(typesOf(socket).filter((type) => type === "heartbeat")).toHaveLength(3);
    socket.closeByServer(1006);
    await passSeconds(0.4);
    expect(typesOf(socket)).toHaveLength(6);
  });

  it("replaces a socket whose pings stay without an answer", async () => {
    const { listener } = setUp();
    await passSeconds(0);
    latest().open();
    await passSeconds(14);
    expect(FakeWebSocket.all).toHaveLength(1);
    await passSeconds(2);
    expect(FakeWebSocket.all).toHaveLength(2);
    expect(listener.statusChanged).toHaveBeenLastCalledWith("reconnecting", undefined);
  });

  it("does not take late timers of a hidden page for silence", async () => {
    setUp();
    await passSeconds(0);
    const socket = latest();
    socket.open();
    await passSeconds(5);
    socket.receive({ type: "partyserver-pong" });
    vi.setSystemTime(Date.now() + 60_000);
    await passSeconds(5);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  it.each([
    ["stays when a probe is answered", true, 1],
    ["is replaced when it is not", false, 2],
  ])("%s", async (_, answers, sockets) => {
    const { socket } = setUp();
    await passSeconds(0);
    latest().open();
    socket.probe();
    if (answers) latest().receive({ type: "partyserver-pong" });
    await passSeconds(3.1);
    expect(FakeWebSocket.all).toHaveLength(sockets);
  });

  it("measures a probe by its own ping, not by a heartbeat that goes out meanwhile", async () => {
    const { socket } = setUp();
    await passSeconds(0);
    latest().open();
    await passSeconds(4);
    socket.probe();
    await passSeconds(0.5);
    latest().receive({ type: "partyserver-pong" });
    await passSeconds(2.6);
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  it("connects anew when the network is back", async () => {
    setUp();
    await passSeconds(0);
    latest().open();
    dispatchEvent(new Event("online"));
    await passSeconds(0.1);
    expect(FakeWebSocket.all).toHaveLength(1);
    dispatchEvent(new Event("offline"));
    dispatchEvent(new Event("online"));
    await passSeconds(0.1);
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  it("hands on what it understands, and nothing after close", async () => {
    const { socket, listener } = setUp();
    await passSeconds(0);
    const raw = latest();
    raw.open();
    raw.receive({ type: "confetti" });
    raw.receive({ type: "muteMic" });
    expect(listener.received.mock.calls).toEqual([[{ type: "muteMic" }]]);
    socket.close();
    raw.receive({ type: "muteMic" });
    await passSeconds(30);
    expect(listener.received).toHaveBeenCalledTimes(1);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(socket.send({ type: "userLeft" })).toBe(false);
  });
});
