// @vitest-environment jsdom
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CallSnapshot, Participant } from "../../../call/types";
import { setLanguage, startI18n } from "../../../i18n";
import { apiHistory } from "../../../media/sfu/api_history";
import { ReportForm } from "./ReportForm";

startI18n();

const person = {
  id: "me",
  name: "Aigul",
  isSelf: true,
  session: "s1",
  camera: {} as MediaStream,
} as Participant;
const snapshot = { room: "tea", meetingId: "m1", participants: [person] } as unknown as CallSnapshot;

const ask = vi.fn<(path: string, init: { body: URLSearchParams }) => Promise<Response>>();
const onSent = vi.fn();

function write(text: string) {
  fireEvent.change(screen.getByLabelText("What went wrong?"), { target: { value: text } });
}

async function send() {
  await act(async () => {
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    await Promise.resolve();
  });
}

beforeEach(() => {
  setLanguage("en");
  vi.stubGlobal("fetch", ask);
  render(<ReportForm snapshot={snapshot} onSent={onSent} onCancel={() => undefined} />);
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.resetAllMocks();
});

describe("ReportForm", () => {
  it("begins in the field", () => {
    expect(document.activeElement).toBe(screen.getByLabelText("What went wrong?"));
  });

  it("sends the description with what helps, and no media", async () => {
    apiHistory.keeper(10)({ type: "request" });
    ask.mockResolvedValue(new Response('{"status":"ok"}'));
    write("No sound");
    await send();
    expect(onSent).toHaveBeenCalledOnce();
    const [path, init] = ask.mock.calls[0] ?? [];
    const body = init?.body;
    expect(path).toBe("/api/bugReport");
    expect(body?.get("description")).toBe("No sound");
    const info: unknown = JSON.parse(body?.get("info") ?? "");
    expect(info).toMatchObject({
      roomName: "tea",
      meetingId: "m1",
      identity: { self: "me", people: [{ id: "me", name: "Aigul", session: "s1" }] },
      roomHistory: [{ entry: { type: "request" } }],
    });
    expect(JSON.stringify(info)).not.toContain("camera");
  });

  it("asks for a description", async () => {
    write("  ");
    await send();
    expect(ask).not.toHaveBeenCalled();
    const field = screen.getByLabelText("What went wrong?");
    expect(field.getAttribute("aria-invalid")).toBe("true");
    expect(screen.getByText("Please write a few words.")).toBeTruthy();
  });

  it.each([
    [429, /a lot of reports/],
    [401, /does not know your name/],
    [503, /could not be sent/],
  ])("says what %i means, and keeps the text", async (status, sentence) => {
    ask.mockResolvedValue(new Response("{}", { status }));
    write("No sound");
    await send();
    expect(screen.getByRole("alert").textContent).toMatch(sentence);
    expect(screen.getByLabelText<HTMLTextAreaElement>("What went wrong?").value).toBe("No sound");
    expect(onSent).not.toHaveBeenCalled();
  });

  it("can be sent again when the server could not be reached", async () => {
    ask.mockRejectedValueOnce(new TypeError("offline")).mockResolvedValueOnce(new Response("{}"));
    write("No sound");
    await send();
    expect(screen.getByRole("alert").textContent).toMatch(/could not be sent/);
    await send();
    expect(onSent).toHaveBeenCalledOnce();
  });

  it("is not sent twice by two presses", async () => {
    ask.mockReturnValue(new Promise(() => undefined));
    write("No sound");
    await send();
    fireEvent.click(screen.getByRole("button", { name: "Sending" }));
    expect(ask).toHaveBeenCalledOnce();
  });
});
