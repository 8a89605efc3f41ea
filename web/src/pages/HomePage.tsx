import { useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";
import { fetchSession } from "../api/client";
import { RecentRooms } from "../components/RecentRooms";
import { RouteHeading } from "../components/RouteHeading";
import { AnchorButton, Button } from "../components/ui/Button";
import { Field } from "../components/ui/Field";
import { Icon } from "../components/ui/Icon";
import { usePageTitle } from "../hooks/use_page_title";
import { useRemote } from "../hooks/use_remote";
import { parseRoomInput, roomPath } from "../rooms/room_name";

const problemTexts = {
  empty: "home.joinEmpty",
  foreign: "home.joinForeign",
  noRoom: "home.joinNoRoom",
  reserved: "home.joinReserved",
  tooLong: "home.joinTooLong",
} as const;

function JoinForm() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<keyof typeof problemTexts>();

  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const input = parseRoomInput(text, location.origin);
    if ("room" in input) void navigate(roomPath(input.room));
    else setProblem(input.problem);
  };

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-3">
      <Field
        label={t("home.joinLabel")}
        placeholder={t("home.joinPlaceholder")}
        autoComplete="off"
        autoCapitalize="none"
        enterKeyHint="go"
        value={text}
        error={problem && t(problemTexts[problem])}
        onChange={(event) => {
          setText(event.target.value);
          setProblem(undefined);
        }}
      />
      <Button type="submit" className="min-h-11">
        {t("home.joinSubmit")}
        <Icon name="arrowRight" />
      </Button>
    </form>
  );
}

/** A longer name at full size would be a poster of itself. */
const longName = 24;

export function HomePage() {
  const { t } = useTranslation();
  const session = useRemote(fetchSession);
  usePageTitle("");
  const name = session.status === "ready" ? session.value.username : null;

  return (
    <div className="mx-auto my-auto grid w-full max-w-240 grid-cols-[minmax(0,1fr)] gap-8 lg:grid-cols-[repeat(2,minmax(0,1fr))] lg:items-start lg:gap-16">
      <section className="flex flex-col items-start gap-4 lg:pt-4">
        <RouteHeading
          className={`line-clamp-4 max-w-full text-28 font-semibold text-balance wrap-anywhere ${name && name.length > longName ? "" : "sm:text-40"}`}
        >
          {name ? t("home.greeting", { name }) : "Akbuzat"}
        </RouteHeading>
        <p className="text-16 text-pretty text-ink-soft sm:text-20">{t("home.lead")}</p>
        {/* The server chooses the name of a new room, so this is an address and not a page of the client. */}
        <AnchorButton href="/new" kind="primary" className="mt-2 min-h-12 px-6 text-16 max-sm:w-full">
          <Icon name="plus" />
          {t("home.newRoom")}
        </AnchorButton>
        <p className="-mt-1 text-14 text-pretty text-ink-soft">{t("home.newRoomHint")}</p>
        {session.status === "ready" && session.value.source !== "header" ? (
          <Link
            to="/set-username?return-url=%2F"
            className="touch-target inline-flex items-center rounded-control text-14 font-medium text-accent underline-offset-4 hover:underline"
          >
            {t("home.changeName")}
          </Link>
        ) : null}
      </section>
      <section className="flex flex-col gap-6 rounded-card border border-line bg-surface p-4 sm:p-6">
        <JoinForm />
        <RecentRooms />
      </section>
    </div>
  );
}
