import { useTranslation } from "react-i18next";
import { CenteredMessage } from "../components/CenteredMessage";
import { LinkButton } from "../components/ui/Button";
import { usePageTitle } from "../hooks/use_page_title";

export function NotFoundPage() {
  const { t } = useTranslation();
  usePageTitle(t("notFound.title"));
  return (
    <CenteredMessage icon="alert" title={t("notFound.title")} text={t("notFound.text")}>
      <LinkButton to="/" kind="primary">
        {t("common.home")}
      </LinkButton>
    </CenteredMessage>
  );
}
