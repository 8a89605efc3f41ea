import { useTranslation } from "react-i18next";
import { useCopy } from "../hooks/use_copy";
import { Button } from "./ui/Button";
import { Icon } from "./ui/Icon";

interface Props {
  url: string;
  /** On a phone only the icon is seen, where another button is more important. */
  shrinks?: boolean;
  className?: string;
}

/** Copies `url`; where the browser refuses, shows it to be copied by hand. */
export function CopyLinkButton({ url, shrinks = false, className = "" }: Props) {
  const { t } = useTranslation();
  const { state, copy } = useCopy();
  return (
    <>
      <Button onClick={() => void copy(url)} className={className}>
        <Icon name={state === "copied" ? "check" : "link"} />
        <span className={shrinks ? "max-sm:sr-only" : ""}>
          {state === "copied" ? t("common.linkCopied") : t("common.copyLink")}
        </span>
      </Button>
      <span role="status" className={state === "failed" ? "basis-full text-12 text-pretty" : "sr-only"}>
        {state === "copied" ? t("common.linkCopied") : null}
        {state === "failed" ? (
          <>
            {t("common.linkNotCopied")} <span className="wrap-anywhere select-all">{url}</span>
          </>
        ) : null}
      </span>
    </>
  );
}
