import { useEffect } from "react";

/** The title of the tab; screen readers speak it, so it says the page before the product. */
export function usePageTitle(page: string): void {
  useEffect(() => {
    document.title = page === "" ? "Akbuzat" : `${page} · Akbuzat`;
  }, [page]);
}
