// @vitest-environment jsdom
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fetchSession } from "../api/client";
import { setLanguage, startI18n } from "../i18n";
import { forgetRoom, recentRooms, rememberRoom } from "../rooms/recent_rooms";
import { HomePage } from "./HomePage";
import { NamePage } from "./NamePage";

vi.mock("../api/client", () => ({ fetchSession: vi.fn() }));
const session = vi.mocked(fetchSession);

startI18n();

beforeEach(() => {
  setLanguage("en");
  session.mockResolvedValue({ username: "Айгуль", source: "cookie" });
});

afterEach(cleanup);

describe("NamePage", () => {
  function show() {
    render(
      <MemoryRouter initialEntries={["/set-username?return-url=%2Ftea"]}>
        <NamePage />
      </MemoryRouter>,
    );
    const field = screen.getByLabelText<HTMLInputElement>("Your name");
    const { form } = field;
    if (!form) throw new Error("the name field is in no form");
    return { field, form };
  }

  it("posts the name to the server and keeps where the visitor wanted to go", () => {
    const { field, form } = show();
    expect(form.method).toBe("post");
    expect(form.getAttribute("action")).toBe("/set-username?return-url=%2Ftea");
    expect(field.name).toBe("username");
  });

  it("offers the name that is known, and the focus is in the field", async () => {
    const { field } = show();
    expect(document.activeElement).toBe(field);
    await waitFor(() => expect(field.value).toBe("Айгуль"));
  });

  it("does not send an empty name, and says so in the visitor's language", () => {
    session.mockResolvedValue({ username: null, source: null });
    setLanguage("ru");
    render(
      <MemoryRouter>
        <NamePage />
      </MemoryRouter>,
    );
    const field = screen.getByLabelText<HTMLInputElement>("Ваше имя");
    fireEvent.change(field, { target: { value: "  " } });
    const sent = field.form && fireEvent.submit(field.form);
    expect(sent).toBe(false);
    expect(screen.getByText("Введите имя, чтобы другие знали, кто вы.")).toBeTruthy();
    expect(field.getAttribute("aria-invalid")).toBe("true");
  });

  it("counts what is too much, with the right plural", () => {
    const { field, form } = show();
    fireEvent.change(field, { target: { value: "x".repeat(66) } });
    expect(fireEvent.submit(form)).toBe(false);
    expect(screen.getByText("The name is 2 characters too long.")).toBeTruthy();
  });
});

describe("HomePage", () => {
  function show() {
    render(
      <MemoryRouter>
        <Routes>
          <Route index element={<HomePage />} />
          <Route path=":room" element={<p>{"lobby"}</p>} />
        </Routes>
      </MemoryRouter>,
    );
  }

  it("greets, and leads to a new room by an address of the server", async () => {
    show();
    expect(await screen.findByRole("heading", { name: "Hello, Айгуль" })).toBeTruthy();
    expect(screen.getByRole("link", { name: "New room" }).getAttribute("href")).toBe("/new");
  });

  it("offers no other name when a proxy decides it", async () => {
    session.mockResolvedValue({ username: "Tom", source: "header" });
    show();
    await screen.findByRole("heading", { name: "Hello, Tom" });
    expect(screen.queryByRole("link", { name: "Change name" })).toBeNull();
  });

  it("goes to a room by its link, and explains a foreign one", () => {
    show();
    const field = screen.getByLabelText("Room name or link");
    fireEvent.change(field, { target: { value: "https://elsewhere.example/tea" } });
    fireEvent.click(screen.getByRole("button", { name: "Go to the room" }));
    expect(screen.getByText(/leads to another site/)).toBeTruthy();
    fireEvent.change(field, { target: { value: `${location.origin}/tea` } });
    fireEvent.click(screen.getByRole("button", { name: "Go to the room" }));
    expect(screen.getByText("lobby")).toBeTruthy();
  });

  it("lists recent rooms, and keeps the focus near when one is removed", () => {
    rememberRoom("tea");
    rememberRoom("чай 100%");
    show();
    expect(screen.getByRole("link", { name: "чай 100%" }).getAttribute("href")).toBe(
      "/%D1%87%D0%B0%D0%B9%20100%25",
    );
    fireEvent.click(screen.getByRole("button", { name: "Remove чай 100% from the list" }));
    expect(recentRooms.getSnapshot()).toEqual(["tea"]);
    expect(document.activeElement?.textContent).toBe("Recent rooms");
    expect(screen.getByText("чай 100% removed from the list")).toBeTruthy();
    forgetRoom("tea");
  });
});
