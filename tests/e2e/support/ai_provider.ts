import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import type { Browser, Page } from "@playwright/test";

/** What a browser tab keeps while it plays the voice AI. */
interface Played {
  calls: RTCPeerConnection[];
  /** Chromium decodes what arrives, and measures it, only where something plays it. */
  ears: HTMLAudioElement[];
}

/** Answers the offer of a call with a tone to be heard, and keeps the connection for the test. */
async function answerCall(offer: string): Promise<string> {
  const played = ((window as unknown as { played?: Played }).played ??= { calls: [], ears: [] });
  const connection = new RTCPeerConnection();
  played.calls.push(connection);
  connection.ontrack = ({ track }) => {
    const ear = new Audio();
    ear.srcObject = new MediaStream([track]);
    played.ears.push(ear);
    void ear.play();
  };
  const audio = new AudioContext();
  const tone = new OscillatorNode(audio, { frequency: 330 });
  const out = audio.createMediaStreamDestination();
  tone.connect(out);
  tone.start();
  await connection.setRemoteDescription({ type: "offer", sdp: offer });
  for (const track of out.stream.getAudioTracks()) connection.addTrack(track, out.stream);
  await connection.setLocalDescription(await connection.createAnswer());
  if (connection.iceGatheringState !== "complete") {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = () => {
        if (connection.iceGatheringState === "complete") resolve(undefined);
      };
    });
  }
  return connection.localDescription?.sdp ?? "";
}

/** The loudness that has arrived so far in the newest call. */
async function energyHeard(): Promise<number> {
  const connection = (window as unknown as { played?: Played }).played?.calls.at(-1);
  let energy = 0;
  for (const entry of (await connection?.getStats())?.values() ?? []) {
    if (entry.type === "inbound-rtp" && entry.kind === "audio") energy += entry.totalAudioEnergy ?? 0;
  }
  return energy;
}

/** The part of a form with this name (RFC 7578). */
function partOf(form: string, name: string): string {
  const head = form.indexOf(`name="${name}"`);
  const start = form.indexOf("\r\n\r\n", head) + 4;
  return form.slice(start, form.indexOf("\r\n--", start));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = "";
  for await (const chunk of request) body += String(chunk);
  return body;
}

/** Speaks OpenAI's /v1/realtime/calls, and lets a browser tab be the AI. */
export class AiProvider {
  readonly hangUps: string[] = [];
  /** The session of each call, as it was asked for. */
  readonly sessions: unknown[] = [];
  private calls = 0;

  private constructor(
    private readonly page: Page,
    private readonly server: Server,
  ) {}

  static async start(browser: Browser): Promise<AiProvider> {
    const context = await browser.newContext({ permissions: ["microphone"] });
    const page = await context.newPage();
    const server = createServer();
    const provider = new AiProvider(page, server);
    server.on("request", (request, response) => {
      provider.answer(request).then(
        ({ status, headers, body }) => response.writeHead(status, headers).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    // A page of this very machine may use the microphone, and a browser that does so tells its real addresses.
    await page.goto(`${provider.origin}/tab`);
    await page.evaluate(() => navigator.mediaDevices.getUserMedia({ audio: true }));
    return provider;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get settings(): Record<string, string> {
    return {
      OPENAI_API_TOKEN: "a token of sixteen or more",
      OPENAI_MODEL_ENDPOINT: `${this.origin}/v1/realtime/calls`,
    };
  }

  energyHeard(): Promise<number> {
    return this.page.evaluate(energyHeard);
  }

  async dispose(): Promise<void> {
    await this.page.context().close();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(
    request: IncomingMessage,
  ): Promise<{ status: number; headers: Record<string, string>; body: string }> {
    const url = request.url ?? "";
    const body = await bodyOf(request);
    if (url === "/tab")
      return { status: 200, headers: { "Content-Type": "text/html" }, body: "<!doctype html><title>AI</title>" };
    if (request.headers.authorization !== `Bearer ${this.settings.OPENAI_API_TOKEN}`)
      return { status: 401, headers: {}, body: "{}" };
    if (url.endsWith("/hangup")) {
      this.hangUps.push(url);
      return { status: 200, headers: {}, body: "" };
    }
    this.sessions.push(JSON.parse(partOf(body, "session")));
    const answer = await this.page.evaluate(answerCall, partOf(body, "sdp"));
    this.calls += 1;
    return {
      status: 201,
      headers: { "Content-Type": "application/sdp", Location: `/v1/realtime/calls/rtc_${this.calls}` },
      body: answer,
    };
  }
}
