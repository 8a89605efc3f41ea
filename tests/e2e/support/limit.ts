import { build } from "esbuild";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { BrowserContext } from "@playwright/test";

import type { Line, RelayOrder } from "./limit_relay.js";

/** Runs in the page before all else: the one way to the server leads through the relay. */
function leadThrough(port: number): void {
  const { tellMediaPort } = window as unknown as { tellMediaPort: (port: number) => Promise<void> };
  const redirect = (sdp: string) =>
    sdp
      .split("\r\n")
      .flatMap((line) => {
        if (!line.startsWith("a=candidate:")) return [line];
        const words = line.split(" ");
        if (words[2] !== "udp") return [];
        void tellMediaPort(Number(words[5]));
        return [words.with(5, String(port)).join(" ")];
      })
      .join("\r\n");
  const original: (description: RTCSessionDescriptionInit) => Promise<void> =
    RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }: RTCSessionDescriptionInit) {
    return original.call(this, { type, sdp: redirect(sdp ?? "") });
  };
}

/** The line on which the server's media comes to one browser. */
export class LimitedLine {
  private constructor(private readonly relay: Worker) {}

  /** All that this browser opens from now on is behind the line, which limits nothing yet. */
  static async of(context: BrowserContext): Promise<LimitedLine> {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL("limit_relay.ts", import.meta.url))],
      platform: "node",
      format: "esm",
      target: "node20",
      write: false,
    });
    const code = outputFiles[0]?.contents ?? new Uint8Array();
    const relay = new Worker(new URL(`data:text/javascript;base64,${Buffer.from(code).toString("base64")}`));
    // A test that fails does not come to its end.
    relay.unref();
    const line = new LimitedLine(relay);
    const [port] = (await once(relay, "message")) as [number];
    await context.exposeFunction("tellMediaPort", (target: number) => line.order({ target }));
    await context.addInitScript(leadThrough, port);
    return line;
  }

  become({ rate = Infinity, loss = 0, jitter = 0 }: Partial<Line>): void {
    this.order({ line: { rate, loss, jitter } });
  }

  async dispose(): Promise<void> {
    await this.relay.terminate();
  }

  private order(order: RelayOrder): void {
    this.relay.postMessage(order);
  }
}
