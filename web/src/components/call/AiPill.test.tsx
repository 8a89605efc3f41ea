// @vitest-environment jsdom
import { cleanup, createEvent, fireEvent, render, screen } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { AiState, Call, Participant } from "../../call/types";
import { setLanguage, startI18n } from "../../i18n";
import { setSingleKeys } from "../../preferences/single_keys";
import { AiPill } from "./AiPill";

startI18n();

const talkToAi = vi.fn<Call["talkToAi"]>();
const call = { talkToAi } as Pick<Call, "talkToAi"> as Call;
const people = [
  { id: "me", name: "Aigul", isSelf: true, isAi: false },
  { id: "b", name: "Bulat", isSelf: false, isAi: false },
] as Participant[];
const here: AiState = { state: "here", minutesLeft: 5 };

const pill = (ai: AiState) => (
  <AiPill pillRef={createRef()} call={call} ai={ai} participants={people} barHidden={false} />
);
const button = () => screen.getByRole("button");
/** What was asked of the call, in order. */
const asked = () => talkToAi.mock.calls.map(([talking]) => talking);

type Kind = "pointerDown" | "pointerUp" | "pointerCancel" | "keyDown" | "keyUp";

/** An event of the button at this time, in milliseconds. */
function at(time: number, kind: Kind, init: object = {}) {
  const event = createEvent[kind](button(), init);
  // jsdom knows no events of pointers, and so none of their properties.
  const known = kind.startsWith("pointer") ? { button: 0, ...init } : {};
  for (const [name, value] of Object.entries({ ...known, timeStamp: time }))
    Object.defineProperty(event, name, { value });
  fireEvent(button(), event);
}

beforeEach(() => {
  setLanguage("en");
  setSingleKeys(true);
  // Unknown to jsdom.
  HTMLElement.prototype.setPointerCapture = () => undefined;
});

afterEach(() => {
  cleanup();
  vi.resetAllMocks();
});

describe("AiPill", () => {
  it("talks while a pointer holds it, and the click afterwards is no other press", () => {
    render(pill(here));
    at(1000, "pointerDown");
    expect(asked()).toEqual([true]);
    expect(button().getAttribute("aria-pressed")).toBe("true");
    at(1600, "pointerUp");
    fireEvent.click(button());
    expect(asked()).toEqual([true, false]);
    expect(button().getAttribute("aria-pressed")).toBe("false");
  });

  it("takes no other button of the mouse", () => {
    render(pill(here));
    at(1000, "pointerDown", { button: 2 });
    expect(asked()).toEqual([]);
  });

  it("lets go when the pointer is taken away", () => {
    render(pill(here));
    at(1000, "pointerDown");
    at(1010, "pointerCancel");
    expect(asked()).toEqual([true, false]);
    fireEvent.click(button());
    expect(asked()).toEqual([true, false, true]);
  });

  it.each([" ", "Enter"])("talks while the key %j is down", (key) => {
    render(pill(here));
    at(1000, "keyDown", { key });
    at(1500, "keyDown", { key, repeat: true });
    expect(asked()).toEqual([true]);
    at(1600, "keyUp", { key });
    expect(asked()).toEqual([true, false]);
  });

  it("lets go of a key when the focus goes elsewhere", () => {
    render(pill(here));
    at(1000, "keyDown", { key: " " });
    fireEvent.blur(button());
    expect(asked()).toEqual([true, false]);
  });

  it("talks on after a click without a press, until the next one", () => {
    render(pill(here));
    fireEvent.click(button());
    fireEvent.blur(button());
    expect(asked()).toEqual([true]);
    expect(button().textContent).toBe("Stop talking");
    fireEvent.click(button());
    expect(asked()).toEqual([true, false]);
    expect(button().textContent).toBe("Hold to talk");
  });

  it("talks on after a press that ends at once, until a pointer comes", () => {
    render(pill(here));
    at(1000, "keyDown", { key: "Enter" });
    at(1001, "keyUp", { key: "Enter" });
    expect(asked()).toEqual([true]);
    at(5000, "pointerDown");
    at(5400, "pointerUp");
    fireEvent.click(button());
    expect(asked()).toEqual([true, false]);
  });

  it("talks while A is down anywhere, but not where one writes or when single keys are off", () => {
    render(pill(here));
    const key = { key: "ф", code: "KeyA" };
    fireEvent.keyDown(document.body, key);
    fireEvent.keyDown(document.body, { ...key, repeat: true });
    fireEvent.keyUp(document.body, key);
    expect(asked()).toEqual([true, false]);
    fireEvent.keyDown(document.body, { ...key, ctrlKey: true });
    setSingleKeys(false);
    fireEvent.keyDown(document.body, key);
    setSingleKeys(true);
    const field = document.body.appendChild(document.createElement("input"));
    fireEvent.keyDown(field, key);
    field.remove();
    expect(asked()).toEqual([true, false]);
  });

  it("lets go of A when the page loses the keyboard, or goes", () => {
    const { unmount } = render(pill(here));
    fireEvent.keyDown(document.body, { key: "a" });
    fireEvent.blur(window);
    expect(asked()).toEqual([true, false]);
    fireEvent.keyDown(document.body, { key: "a" });
    unmount();
    expect(asked()).toEqual([true, false, true, false]);
  });

  it("belongs to nobody else while somebody talks, and keeps the focus", () => {
    render(pill({ ...here, talker: "b" }));
    expect(screen.getByText("Bulat is talking to the AI")).toBeTruthy();
    button().focus();
    expect(document.activeElement).toBe(button());
    expect(button().getAttribute("aria-disabled")).toBe("true");
    at(1000, "pointerDown");
    at(1500, "pointerUp");
    fireEvent.click(button());
    fireEvent.keyDown(document.body, { key: "a" });
    expect(asked()).toEqual([]);
  });

  it("lets go when somebody else was quicker", () => {
    const { rerender } = render(pill(here));
    at(1000, "pointerDown");
    rerender(pill({ ...here, talker: "b" }));
    expect(asked()).toEqual([true, false]);
    expect(button().getAttribute("aria-pressed")).toBe("false");
  });

  it("has a screen reader say when one may speak, and not how the time passes", () => {
    const { rerender } = render(pill(here));
    const status = screen.getByRole("status");
    expect(status.textContent).toBe("");
    rerender(pill({ ...here, minutesLeft: 4 }));
    rerender(pill({ ...here, talker: "b" }));
    expect(status.textContent).toBe("");
    rerender(pill(here));
    at(1000, "pointerDown");
    expect(status.textContent).toBe("Connecting to the AI");
    rerender(pill({ ...here, talker: "me" }));
    expect(status.textContent).toBe("The AI hears you");
  });

  it("has no button while the AI is on its way", () => {
    render(pill({ state: "coming" }));
    expect(screen.getByText("The AI is joining")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });
});
