import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useMatch, useParams } from "react-router";
import { fetchConfig, fetchSession, type ClientConfig } from "../api/client";
import { createCall, createDevices } from "../call/create_call";
import type { Call } from "../call/types";
import { CenteredMessage } from "../components/CenteredMessage";
import { PageWaiting } from "../components/PageWaiting";
import { Button } from "../components/ui/Button";
import { RoomVisitContext, type RoomVisit } from "../hooks/room_visit";
import { enableDirectory } from "../hooks/use_person";
import { useRemote } from "../hooks/use_remote";

/** One set for the page's life, so that what was chosen in one lobby holds in the next. */
const devices = createDevices();

async function loadVisit() {
  const [session, config] = await Promise.all([fetchSession(), fetchConfig()]);
  if (config.hasUserDirectory) enableDirectory();
  return { session, config };
}

/** Owns the visit to a room over the lobby and the call page, and ends it when the visitor goes elsewhere. */
export function RoomLayout() {
  const { room = "" } = useParams();
  const { t } = useTranslation();
  const remote = useRemote(loadVisit);
  const name = remote.status === "ready" ? remote.value.session.username : "";

  useEffect(() => {
    // The server asks for the name before it sends the page; this is for a cookie that was lost since.
    if (name !== null) return;
    location.replace(`/set-username?return-url=${encodeURIComponent(location.pathname + location.search)}`);
  }, [name]);

  if (remote.status === "failed") {
    return (
      <main className="flex min-h-dvh flex-col bg-canvas px-4">
        <CenteredMessage icon="alert" title={t("server.title")} text={t("server.text")}>
          <Button kind="primary" onClick={remote.retry}>
            {t("common.retry")}
          </Button>
        </CenteredMessage>
      </main>
    );
  }
  if (remote.status === "loading" || !name) return <PageWaiting />;
  return <Visit key={room} room={room} name={name} config={remote.value.config} />;
}

interface VisitProps {
  room: string;
  name: string;
  config: ClientConfig;
}

function Visit({ room, name, config }: VisitProps) {
  const [visitNumber, setVisitNumber] = useState(1);
  const [entered, setEntered] = useState(false);
  const [call, setCall] = useState<Call>();
  const inCall = useMatch("/:room/room") !== null;
  const [wasInCall, setWasInCall] = useState(inCall);

  if (inCall !== wasInCall) {
    setWasInCall(inCall);
    // The browser's Back button led from the call to the lobby: that is leaving, and a call ends only once.
    if (!inCall && entered) {
      setEntered(false);
      setVisitNumber(visitNumber + 1);
    }
  }

  useEffect(() => {
    const created = createCall({ room, config, devices, self: { name } });
    // The call is a resource of this effect: it opens a connection, which rendering must not do.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    setCall(created);
    return () => created.leave();
  }, [room, name, config, visitNumber]);

  const visit = useMemo<RoomVisit | null>(
    () =>
      call
        ? {
            room,
            name,
            config,
            call,
            entered,
            enter: () => {
              call.join();
              setEntered(true);
            },
            restart: () => {
              setEntered(false);
              setVisitNumber((number) => number + 1);
            },
          }
        : null,
    [room, name, config, call, entered],
  );

  if (!visit) return <PageWaiting />;
  return (
    <RoomVisitContext value={visit}>
      <Outlet />
    </RoomVisitContext>
  );
}
