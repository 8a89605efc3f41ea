import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { fetchPerson, type DirectoryPerson } from "../api/client";
import type { Observable } from "../call/types";
import { Store } from "../util/store";
import { useObservable } from "./use_observable";

type Known = DirectoryPerson | undefined;

/** By name, for the page's life; whoever is not in the directory stays undefined. */
const people = new Map<string, Store<Known>>();
let enabled = false;

/** The server has a directory, so it is worth asking. */
export function enableDirectory(): void {
  enabled = true;
}

/** Is asked for when the first place begins to show it. */
function personNamed(name: string): Observable<Known> {
  return {
    getSnapshot: () => people.get(name)?.getSnapshot(),
    subscribe: (listener) => {
      const known = people.get(name);
      if (known) return known.subscribe(listener);
      if (!enabled || name === "") return () => undefined;
      const added = new Store<Known>(undefined);
      people.set(name, added);
      // Nothing is lost without an answer: the name itself is shown.
      fetchPerson(name).then(
        (person) => added.set(person),
        () => undefined,
      );
      return added.subscribe(listener);
    },
  };
}

/** Who that is, as the server's directory says; undefined where it has none, or does not know. */
export function usePerson(name: string): Known {
  return useObservable(useMemo(() => personNamed(name), [name]));
}

/** What to call somebody in the call; the AI has a name in each language. */
export function useNameOf({ name, isAi }: { name: string; isAi: boolean }): string {
  const { t } = useTranslation();
  const shown = useShownName(isAi ? "" : name);
  return isAi ? t("ai.name") : shown || t("common.unnamed");
}

/** A person's name as the directory has it, else as they gave it. */
export function useShownName(name: string): string {
  const person = usePerson(name);
  return person === undefined ? name : `${person.firstName} ${person.lastName}`.trim() || name;
}
