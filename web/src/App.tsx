import { lazy, Suspense } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { ErrorBoundary } from "./components/ErrorBoundary";
import { PageShell } from "./components/PageShell";
import { PageWaiting } from "./components/PageWaiting";
import { HomePage } from "./pages/HomePage";
import { NamePage } from "./pages/NamePage";
import { NotFoundPage } from "./pages/NotFoundPage";

const RoomLayout = lazy(async () => ({ default: (await import("./pages/RoomLayout")).RoomLayout }));
const LobbyPage = lazy(async () => ({ default: (await import("./pages/LobbyPage")).LobbyPage }));
const CallPage = lazy(async () => ({ default: (await import("./pages/CallPage")).CallPage }));
const FeedbackPage = lazy(async () => ({ default: (await import("./pages/FeedbackPage")).FeedbackPage }));
const LegalPage = lazy(async () => ({ default: (await import("./pages/LegalPage")).LegalPage }));

export function App() {
  return (
    <ErrorBoundary>
      <BrowserRouter>
        <Suspense fallback={<PageWaiting />}>
          <Routes>
            <Route element={<PageShell />}>
              <Route index element={<HomePage />} />
              <Route path="set-username" element={<NamePage />} />
              <Route path="call-quality-feedback" element={<FeedbackPage />} />
              <Route path="legal/terms" element={<LegalPage text="terms" />} />
              <Route path="legal/privacy" element={<LegalPage text="privacy" />} />
              <Route path="*" element={<NotFoundPage />} />
            </Route>
            {/* Any other single segment is the name of a room. */}
            <Route path=":room" element={<RoomLayout />}>
              <Route element={<PageShell />}>
                <Route index element={<LobbyPage />} />
              </Route>
              <Route path="room" element={<CallPage />} />
            </Route>
          </Routes>
        </Suspense>
      </BrowserRouter>
    </ErrorBoundary>
  );
}
