import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP forwarder in front of the server that can be shut, as a lost network shuts it for one browser. */
export class Gate {
  private readonly sockets = new Set<Socket>();
  private open = true;

  private readonly listener = createServer((near) => {
    if (!this.open) {
      near.destroy();
      return;
    }
    const far = connect(this.target, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  });

  private constructor(private readonly target: number) {}

  static async before(url: string): Promise<Gate> {
    const gate = new Gate(Number(new URL(url).port));
    gate.listener.listen(0, "127.0.0.1");
    await once(gate.listener, "listening");
    return gate;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.listener.address() as AddressInfo).port}`;
  }

  shut(): void {
    this.open = false;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  reopen(): void {
    this.open = true;
  }

  dispose(): void {
    this.shut();
    this.listener.close();
  }
}
