import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const binary = process.env.AKBUZAT_BINARY ?? join(root, "build/release/akbuzat");

/** The real server on a data directory of its own, on 127.0.0.1. */
export class Server {
  private child: ChildProcess | undefined;
  private port = 0;

  private constructor(
    private readonly dataDir: string,
    private readonly settings: Record<string, string>,
  ) {}

  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const server = new Server(await mkdtemp(join(tmpdir(), "akbuzat-e2e-")), settings);
    await server.run();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Starts it, the second time on the same port and data. */
  async run(): Promise<void> {
    const child = spawn(binary, ["serve"], {
      env: {
        LISTEN: `127.0.0.1:${this.port}`,
        DATA_DIR: this.dataDir,
        WEB_ROOT: process.env.WEB_ROOT ?? join(root, "web/dist"),
        LOG_LEVEL: "warn",
        ...this.settings,
      },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const port = /is ready: .*:(\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      this.port = Number(port);
      return;
    }
    throw new Error("the server did not start");
  }

  /** Ends it, and waits until it is gone. The data stays. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    const child = this.child;
    if (child === undefined) return;
    this.child = undefined;
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }

  async dispose(): Promise<void> {
    await this.end("SIGKILL");
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
