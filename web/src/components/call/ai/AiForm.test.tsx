// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AiState, Call } from "../../../call/types";
import { setLanguage, startI18n } from "../../../i18n";
import { AiForm } from "./AiForm";

startI18n();

const inviteAi = vi.fn<Call["inviteAi"]>();
const dismissAi = vi.fn<Call["dismissAi"]>();
const onDone = vi.fn();
const call = { inviteAi, dismissAi } as Pick<Call, "inviteAi" | "dismissAi"> as Call;

const form = (ai: AiState) => <AiForm call={call} ai={ai} onDone={onDone} />;
const field = () => screen.getByLabelText<HTMLTextAreaElement>("How it should behave");
const voice = () => screen.getByLabelText<HTMLSelectElement>("Voice");
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

beforeEach(() => setLanguage("en"));

afterEach(() => {
  cleanup();
  history.replaceState(null, "", "/");
  vi.resetAllMocks();
});

describe("AiForm", () => {
  it("begins in the field, and invites with what was chosen", () => {
    render(form({ state: "away" }));
    expect(document.activeElement).toBe(field());
    fireEvent.change(field(), { target: { value: " Be brief. " } });
    fireEvent.change(voice(), { target: { value: "coral" } });
    press("Invite");
    expect(inviteAi).toHaveBeenCalledExactlyOnceWith({ instructions: "Be brief.", voice: "coral" });
  });

  it("leaves the choice to the provider where nothing was chosen", () => {
    render(form({ state: "away" }));
    press("Invite");
    expect(inviteAi).toHaveBeenCalledExactlyOnceWith({ instructions: undefined, voice: undefined });
  });

  it("is filled in by the address, but for a voice that nobody has", () => {
    history.replaceState(null, "", "/tea/room?instructions=Speak%20Bashkir&voice=ash");
    render(form({ state: "away" }));
    expect([field().value, voice().value]).toEqual(["Speak Bashkir", "ash"]);
    cleanup();
    history.replaceState(null, "", "/tea/room?voice=nobody");
    render(form({ state: "away" }));
    expect([field().value, voice().value]).toEqual(["", ""]);
  });

  it("does not invite twice, and calls off what is on its way", () => {
    render(form({ state: "coming" }));
    press("The AI is joining");
    expect(inviteAi).not.toHaveBeenCalled();
    press("Cancel");
    expect(dismissAi).toHaveBeenCalledOnce();
    expect(onDone).toHaveBeenCalledOnce();
  });

  it("sends nobody away when it is only closed", () => {
    render(form({ state: "away" }));
    press("Cancel");
    expect(dismissAi).not.toHaveBeenCalled();
    expect(onDone).toHaveBeenCalledOnce();
  });

  it.each([
    ["limitReached", /is used up/],
    ["media", /could not be connected/],
    ["refused", /refused this server/],
    ["unavailable", /did not answer/],
  ] as const)("says what %s means, and keeps what was written", (failure, sentence) => {
    const { rerender } = render(form({ state: "away" }));
    fireEvent.change(field(), { target: { value: "Be brief." } });
    rerender(form({ state: "coming" }));
    expect(screen.getByRole("alert").textContent).toBe("");
    rerender(form({ state: "away", failure }));
    expect(screen.getByRole("alert").textContent).toMatch(sentence);
    expect(field().value).toBe("Be brief.");
  });

  it("is done once the AI has come", () => {
    const { rerender } = render(form({ state: "coming" }));
    rerender(form({ state: "here", minutesLeft: 5 }));
    expect(onDone).toHaveBeenCalledOnce();
  });

  it("sends away an AI that is here", () => {
    render(form({ state: "here", minutesLeft: 5 }));
    expect(screen.getByText("AI: 5 minutes left")).toBeTruthy();
    press("Send away");
    expect(dismissAi).toHaveBeenCalledOnce();
    expect(onDone).toHaveBeenCalledOnce();
  });
});
