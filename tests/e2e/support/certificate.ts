import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A certificate for 127.0.0.1 that nobody but itself has signed: whoever trusts its file trusts the server. */
export class Certificate {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<Certificate> {
    const certificate = new Certificate(await mkdtemp(join(tmpdir(), "akbuzat-certificate-")));
    const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc"];
    const subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "1"];
    await run("openssl", [...request, ...subject, "-keyout", certificate.key, "-out", certificate.file]);
    return certificate;
  }

  get file(): string {
    return join(this.folder, "cert.pem");
  }

  get key(): string {
    return join(this.folder, "key.pem");
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
