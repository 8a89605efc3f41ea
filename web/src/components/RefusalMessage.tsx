import { useTranslation } from "react-i18next";
import type { RefusalReason } from "../call/types";
import { usePageTitle } from "../hooks/use_page_title";
import { roomPath } from "../rooms/room_name";
import { CenteredMessage } from "./CenteredMessage";
import { AnchorButton, Button, LinkButton } from "./ui/Button";

interface Props {
  reason: RefusalReason;
  room: string;
  onRestart: () => void;
}

/** The server ended the connection for good: why, and the one thing that helps. */
export function RefusalMessage({ reason, room, onRestart }: Props) {
  const { t } = useTranslation();
  const title = t(`refusal.${reason}.title`);
  const action = t(`refusal.${reason}.action`);
  usePageTitle(title);
  return (
    <CenteredMessage icon="info" title={title} text={t(`refusal.${reason}.text`)}>
      {reason === "notAllowed" ? (
        <AnchorButton kind="primary" href={`/set-username?return-url=${encodeURIComponent(roomPath(room))}`}>
          {action}
        </AnchorButton>
      ) : (
        <Button kind="primary" onClick={onRestart}>
          {action}
        </Button>
      )}
      <LinkButton to="/">{t("common.home")}</LinkButton>
    </CenteredMessage>
  );
}
