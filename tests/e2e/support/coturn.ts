import { execFile, spawn, type ChildProcess } from "node:child_process";
import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Two ports of 127.0.0.1 that nobody listens on. */
async function freePorts(): Promise<[number, number]> {
  const listeners = [createServer(), createServer()] as const;
  const ports = listeners.map(async (listener) => {
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    return (listener.address() as AddressInfo).port;
  });
  const [one = 0, other = 0] = await Promise.all(ports);
  for (const listener of listeners) listener.close();
  return [one, other];
}

/** Debian's TURN server on 127.0.0.1, with TLS and a certificate that nobody has signed. */
export class Coturn {
  private constructor(
    private readonly folder: string,
    private readonly child: ChildProcess,
    private readonly tlsPort: number,
    private readonly secret: string,
    /** Of the certificate's key: what Chromium's --ignore-certificate-errors-spki-list takes. */
    readonly keyHash: string,
  ) {}

  static async start(): Promise<Coturn> {
    const folder = await mkdtemp(join(tmpdir(), "akbuzat-coturn-"));
    const file = (name: string) => join(folder, name);
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
    await run("openssl", [...request, ...subject, "-keyout", file("key.pem"), "-out", file("cert.pem")]);
    const certificate = new X509Certificate(await readFile(file("cert.pem")));
    const key = certificate.publicKey.export({ type: "spki", format: "der" });
    const keyHash = createHash("sha256").update(key).digest("base64");

    const [port, tlsPort] = await freePorts();
    const secret = randomUUID();
    const settings = [
      "listening-ip=127.0.0.1",
      "relay-ip=127.0.0.1",
      `listening-port=${port}`,
      `tls-listening-port=${tlsPort}`,
      "no-dtls",
      `cert=${file("cert.pem")}`,
      `pkey=${file("key.pem")}`,
      "use-auth-secret",
      `static-auth-secret=${secret}`,
      "realm=akbuzat.test",
      "allow-loopback-peers",
      "no-cli",
      `userdb=${file("users")}`,
      `pidfile=${file("pid")}`,
      "log-file=stdout",
    ];
    await writeFile(file("coturn.conf"), settings.join("\n"));
    const child = spawn("turnserver", ["-c", file("coturn.conf")], { stdio: "ignore" });
    await once(child, "spawn");
    const coturn = new Coturn(folder, child, tlsPort, secret, keyHash);
    await coturn.ready();
    return coturn;
  }

  /** Environment of a server that gives this relay to its members. */
  get settings(): Record<string, string> {
    return { TURN_URLS: `turns:127.0.0.1:${this.tlsPort}?transport=tcp`, TURN_SHARED_SECRET: this.secret };
  }

  /** Its log does not tell when it listens. */
  private async ready(): Promise<void> {
    while (this.child.exitCode === null) {
      const socket = connect(this.tlsPort, "127.0.0.1");
      const connected = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      socket.destroy();
      if (connected) return;
      await setTimeout(50);
    }
    throw new Error("coturn did not start");
  }

  async dispose(): Promise<void> {
    if (this.child.exitCode === null) {
      const gone = once(this.child, "exit");
      this.child.kill("SIGKILL");
      await gone;
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}
