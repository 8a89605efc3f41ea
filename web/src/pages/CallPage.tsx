import { useEffect } from "react";
import { Navigate, useLocation, useNavigate } from "react-router";
import { reportRefresh } from "../api/client";
import { CallView } from "../components/call/CallView";
import { RefusalMessage } from "../components/RefusalMessage";
import { useRoomVisit } from "../hooks/room_visit";
import { useObservable } from "../hooks/use_observable";
import { usePageTitle } from "../hooks/use_page_title";
import { roomPath } from "../rooms/room_name";

function wasReloaded(): boolean {
  const [entry] = performance.getEntriesByType("navigation");
  return entry instanceof PerformanceNavigationTiming && entry.type === "reload";
}

/** The call itself. Whoever did not come through the lobby goes there first. */
export function CallPage() {
  const navigate = useNavigate();
  const { search } = useLocation();
  const { room, config, call, entered } = useRoomVisit();
  const snapshot = useObservable(call);
  const { meetingId, status, refusal } = snapshot;
  usePageTitle(room);

  useEffect(() => {
    // Only the count of such reloads interests the server; the visitor need not know when it cannot be told.
    if (!entered && wasReloaded()) reportRefresh().catch(() => undefined);
  }, [entered]);

  const lobby = roomPath(room) + search;
  if (!entered) return <Navigate to={lobby} replace />;

  if (status === "refused" && refusal) {
    return (
      <main className="flex min-h-dvh flex-col bg-canvas px-4">
        <RefusalMessage
          reason={refusal}
          room={room}
          onRestart={() => void navigate(lobby, { replace: true })}
        />
      </main>
    );
  }

  const leave = () => {
    // Leaving the address ends the call; the layout that owns it sees to that.
    if (config.hasFeedback && meetingId) {
      const query = new URLSearchParams({ meetingId });
      void navigate(`/call-quality-feedback?${query}`, { state: { room }, replace: true });
    } else void navigate("/", { replace: true });
  };

  return <CallView call={call} snapshot={snapshot} onLeave={leave} />;
}
