import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { CopyLinkButton } from "../components/CopyLinkButton";
import { DeviceChoice } from "../components/DeviceChoice";
import { DeviceProblems } from "../components/DeviceProblems";
import { peopleOf } from "../call/participants";
import { Preview } from "../components/lobby/Preview";
import { WhoIsInside } from "../components/lobby/WhoIsInside";
import { RefusalMessage } from "../components/RefusalMessage";
import { RouteHeading } from "../components/RouteHeading";
import { Button } from "../components/ui/Button";
import { Notice } from "../components/ui/Notice";
import { Spinner } from "../components/ui/Spinner";
import { useRoomVisit } from "../hooks/room_visit";
import { useObservable } from "../hooks/use_observable";
import { usePageTitle } from "../hooks/use_page_title";
import { rememberRoom } from "../rooms/recent_rooms";
import { roomPath, roomUrl } from "../rooms/room_name";

/** Before the call: how one looks and sounds, who is inside, and the button. */
export function LobbyPage() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { search } = useLocation();
  const { room, name, call, enter, restart } = useRoomVisit();
  const { status, refusal, participants, capacity } = useObservable(call);
  const people = peopleOf(participants);
  usePageTitle(room);

  const full = status === "open" && people.length >= capacity;
  const canJoin = status === "open" && !full;

  const join = useCallback(() => {
    rememberRoom(room);
    enter();
    // The address may carry wishes for the call, such as those of the voice AI.
    void navigate(`${roomPath(room)}/room${search}`);
  }, [room, search, enter, navigate]);

  useEffect(() => {
    // The call's code is fetched while the visitor looks into the mirror.
    void import("./CallPage");
  }, []);

  useEffect(() => {
    // Enter does the obvious next thing wherever no control has the focus.
    const onKeyDown = (event: KeyboardEvent) => {
      const idle = document.activeElement === document.body || document.activeElement?.tagName === "H1";
      // A key held down since the page before was not meant for this one.
      if (event.key === "Enter" && !event.repeat && idle && canJoin) join();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  }, [canJoin, join]);

  if (status === "refused" && refusal) {
    return <RefusalMessage reason={refusal} room={room} onRestart={restart} />;
  }

  return (
    <div className="mx-auto my-auto grid w-full max-w-280 2xl:max-w-400 short:grid-cols-[repeat(2,minmax(0,1fr))] grid-cols-[minmax(0,1fr)] gap-x-12 gap-y-5 lg:grid-cols-[minmax(0,1.6fr)_minmax(0,1fr)] lg:items-center">
      <div className="lg:row-span-2 short:row-span-2">
        <Preview devices={call.devices} name={name} />
      </div>
      <div className="flex flex-col gap-4 max-lg:order-first short:order-none">
        <RouteHeading className="text-20 font-semibold wrap-anywhere lg:text-28">
          <span className="sr-only">{t("lobby.heading", { room })}</span>
          <span aria-hidden="true" className="line-clamp-2">
            {room}
          </span>
        </RouteHeading>
      </div>
      <div className="flex flex-col gap-5">
        <div aria-live="polite" className="grid gap-3">
          {status === "open" ? <WhoIsInside participants={people} /> : null}
          {status === "connecting" ? (
            <p className="flex items-center gap-3 text-16 text-ink-soft">
              <Spinner />
              {t("lobby.connecting")}
            </p>
          ) : null}
          {full ? <Notice tone="attention">{t("lobby.full", { count: capacity })}</Notice> : null}
        </div>
        {status === "reconnecting" ? (
          <div role="alert">
            <Notice tone="danger" action={<Button onClick={restart}>{t("common.retry")}</Button>}>
              <p className="font-medium">{t("server.title")}</p>
              <p>{t("server.text")}</p>
            </Notice>
          </div>
        ) : null}
        <DeviceProblems devices={call.devices} />
        <div className="flex flex-wrap items-center gap-3">
          <Button kind="primary" disabled={!canJoin} onClick={join} className="min-h-12 flex-1 px-8 text-16">
            {t("lobby.join")}
          </Button>
          <CopyLinkButton url={roomUrl(room, location.origin)} shrinks className="min-h-12" />
        </div>
        <DeviceChoice devices={call.devices} />
      </div>
    </div>
  );
}
