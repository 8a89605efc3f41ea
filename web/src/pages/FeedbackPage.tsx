import { useTranslation } from "react-i18next";
import { useLocation, useSearchParams } from "react-router";
import { CenteredMessage } from "../components/CenteredMessage";
import { RouteHeading } from "../components/RouteHeading";
import { Button, LinkButton } from "../components/ui/Button";
import { usePageTitle } from "../hooks/use_page_title";
import { roomPath } from "../rooms/room_name";

/** The room that was just left, which the call page gives along. */
function leftRoom(state: unknown): string | undefined {
  if (typeof state !== "object" || state === null || !("room" in state)) return undefined;
  return typeof state.room === "string" ? state.room : undefined;
}

export function FeedbackPage() {
  const { t } = useTranslation();
  const meetingId = useSearchParams()[0].get("meetingId");
  const state: unknown = useLocation().state;
  const room = leftRoom(state);
  usePageTitle(t("feedback.title"));

  if (!meetingId) {
    return (
      <CenteredMessage icon="info" title={t("feedback.title")} text={t("feedback.missing")}>
        <LinkButton to="/" kind="primary">
          {t("common.home")}
        </LinkButton>
      </CenteredMessage>
    );
  }

  return (
    <div className="mx-auto my-auto flex w-full max-w-120 flex-col gap-6 py-4">
      <div className="flex flex-col items-start gap-4">
        <RouteHeading className="text-28 font-semibold">{t("feedback.title")}</RouteHeading>
        {room === undefined ? null : (
          <LinkButton to={roomPath(room)} className="max-w-full">
            <span className="truncate">{t("feedback.rejoin")}</span>
          </LinkButton>
        )}
      </div>
      <form
        method="post"
        action="/call-quality-feedback"
        className="flex flex-col gap-4 rounded-card border border-line bg-surface p-4 sm:p-6"
      >
        <fieldset className="flex flex-col gap-4">
          <legend className="mb-4 text-16 font-medium text-pretty">{t("feedback.question")}</legend>
          <input type="hidden" name="meetingId" value={meetingId} />
          <div className="flex flex-wrap gap-3">
            <Button type="submit" name="experiencedIssues" value="false" className="flex-1">
              {t("feedback.no")}
            </Button>
            <Button type="submit" name="experiencedIssues" value="true" className="flex-1">
              {t("feedback.yes")}
            </Button>
          </div>
        </fieldset>
        <div className="flex items-center justify-between gap-4">
          <p className="text-12 text-pretty text-ink-soft">{t("feedback.hint")}</p>
          <LinkButton to="/" kind="quiet" className="-mr-2">
            {t("feedback.skip")}
          </LinkButton>
        </div>
      </form>
    </div>
  );
}
