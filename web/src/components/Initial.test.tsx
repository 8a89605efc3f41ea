// @vitest-environment jsdom
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const photo = "data:image/png;base64,iVBORw0KGgo=";
const ask = vi.fn<(path: string) => Promise<Response>>();

/** What the page has asked for is remembered by the module, and each test is a page of its own. */
async function load() {
  vi.resetModules();
  const { enableDirectory, useShownName } = await import("../hooks/use_person");
  const { Initial } = await import("./Initial");
  function ShownName({ name }: { name: string }) {
    return useShownName(name);
  }
  return { enableDirectory, Initial, ShownName };
}

async function settle() {
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve));
  });
}

function answer(person: object, status = 200) {
  ask.mockImplementation(() => Promise.resolve(new Response(JSON.stringify(person), { status })));
}

beforeEach(() => vi.stubGlobal("fetch", ask));
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
  vi.resetAllMocks();
});

describe("Initial", () => {
  it("asks nobody without a directory", async () => {
    const { Initial } = await load();
    render(<Initial name="aigul@example.org" size="36px" />);
    await settle();
    expect(ask).not.toHaveBeenCalled();
    expect(screen.getByText("A")).toBeTruthy();
  });

  it("shows the photo that the directory has, asked for once", async () => {
    const { enableDirectory, Initial } = await load();
    enableDirectory();
    answer({ firstName: "Айгуль", lastName: "А", photo });
    const { container } = render(
      <>
        <Initial name="aigul@example.org" size="36px" />
        <Initial name="aigul@example.org" size="72px" />
      </>,
    );
    await settle();
    const images = [...container.querySelectorAll("img")];
    expect(images.map(({ src }) => src)).toEqual([photo, photo]);
    expect(ask.mock.calls.map(([path]) => path)).toEqual(["/api/user-directory?name=aigul%40example.org"]);
  });

  it("shows the letter of the first name without a photo, and the whole name", async () => {
    const { enableDirectory, Initial, ShownName } = await load();
    enableDirectory();
    answer({ firstName: "Bulat", lastName: "Safin" });
    render(
      <>
        <Initial name="x@example.org" size="36px" />
        <ShownName name="x@example.org" />
      </>,
    );
    await settle();
    expect(screen.getByText("B")).toBeTruthy();
    expect(screen.getByText("Bulat Safin")).toBeTruthy();
  });

  it("is content with the name of whom the directory does not know", async () => {
    const { enableDirectory, Initial, ShownName } = await load();
    enableDirectory();
    answer({}, 404);
    render(
      <>
        <Initial name="salavat" size="36px" />
        <ShownName name="salavat" />
      </>,
    );
    await settle();
    expect(screen.getByText("S")).toBeTruthy();
    expect(screen.getByText("salavat")).toBeTruthy();
  });
});
