import { useEffect, useRef, useState, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { useLocation } from "react-router";
import { fetchSession } from "../api/client";
import { RouteHeading } from "../components/RouteHeading";
import { Button } from "../components/ui/Button";
import { Field } from "../components/ui/Field";
import { usePageTitle } from "../hooks/use_page_title";
import { useRemote } from "../hooks/use_remote";
import { guardedPath } from "./guarded_path";

const longestName = 64;

type Problem = { kind: "empty" } | { kind: "tooLong"; excess: number };

function findProblem(name: string): Problem | undefined {
  const length = Array.from(name.trim()).length;
  if (length === 0) return { kind: "empty" };
  return length > longestName ? { kind: "tooLong", excess: length - longestName } : undefined;
}

/** A plain form post: the server sets the cookie and leads back to where the visitor wanted to go. */
export function NamePage() {
  const { t } = useTranslation();
  const { search } = useLocation();
  const session = useRemote(fetchSession);
  const known = session.status === "ready" ? (session.value.username ?? "") : "";
  const [typed, setTyped] = useState<string>();
  const [problem, setProblem] = useState<Problem>();
  const form = useRef<HTMLFormElement>(null);
  const name = typed ?? known;
  usePageTitle(t("name.title"));

  useEffect(() => {
    // A link on another site brings no cookie along (SameSite=Strict), so the server asks for a name that it has.
    const path = known ? guardedPath(search, location.origin) : undefined;
    if (path) location.replace(path);
  }, [known, search]);

  useEffect(() => {
    // The page has one field, and it is what the visitor came for.
    form.current?.querySelector("input")?.focus();
  }, []);

  const check = (event: SyntheticEvent) => {
    const found = findProblem(name);
    setProblem(found);
    if (!found) return;
    event.preventDefault();
    form.current?.querySelector("input")?.focus();
  };

  const error =
    problem?.kind === "empty"
      ? t("name.empty")
      : problem?.kind === "tooLong"
        ? t("name.tooLong", { count: problem.excess })
        : undefined;

  return (
    <div className="mx-auto my-auto flex w-full max-w-100 flex-col gap-6 py-4">
      <div className="flex flex-col gap-2">
        <RouteHeading className="text-28 font-semibold text-balance">{t("name.title")}</RouteHeading>
        <p className="text-16 text-pretty text-ink-soft">{t("name.lead")}</p>
      </div>
      <form
        ref={form}
        method="post"
        action={`/set-username${search}`}
        noValidate
        onSubmit={check}
        className="flex flex-col gap-4"
      >
        <Field
          label={t("name.label")}
          name="username"
          autoComplete="name"
          value={name}
          error={error}
          onChange={(event) => {
            setTyped(event.target.value);
            setProblem(undefined);
          }}
        />
        <Button type="submit" kind="primary" className="min-h-11">
          {t("name.submit")}
        </Button>
      </form>
    </div>
  );
}
