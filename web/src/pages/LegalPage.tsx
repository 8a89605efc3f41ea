import { useTranslation } from "react-i18next";
import { RouteHeading } from "../components/RouteHeading";
import { usePageTitle } from "../hooks/use_page_title";

const sections = {
  terms: [
    ["legal.terms.whatTitle", "legal.terms.what"],
    ["legal.terms.useTitle", "legal.terms.use"],
    ["legal.terms.warrantyTitle", "legal.terms.warranty"],
    ["legal.terms.hostTitle", "legal.terms.host"],
  ],
  privacy: [
    ["legal.privacy.mediaTitle", "legal.privacy.media"],
    ["legal.privacy.storedTitle", "legal.privacy.stored"],
    ["legal.privacy.browserTitle", "legal.privacy.browser"],
    ["legal.privacy.othersTitle", "legal.privacy.others"],
    ["legal.privacy.hostTitle", "legal.privacy.host"],
  ],
} as const;

export function LegalPage({ text }: { text: keyof typeof sections }) {
  const { t } = useTranslation();
  const title = t(`legal.${text}.title`);
  usePageTitle(title);
  return (
    <article className="mx-auto flex w-full max-w-160 flex-col gap-8 py-4">
      <header className="flex flex-col gap-2">
        <RouteHeading className="text-40 font-semibold wrap-anywhere hyphens-auto max-sm:text-28 max-[400px]:text-[1.5rem]/8">
          {title}
        </RouteHeading>
        <p className="text-14 text-pretty text-ink-soft">{t("legal.updated")}</p>
      </header>
      {sections[text].map(([heading, body]) => (
        <section key={heading} className="flex flex-col gap-2">
          <h2 className="text-20 font-semibold">{t(heading)}</h2>
          <p className="text-16 text-pretty">{t(body)}</p>
        </section>
      ))}
    </article>
  );
}
