/**
 * The page of this site that the server held back because the request carried no name, from the name page's query. The
 * server names it by its whole address; a link of ours to the name page names a path, and means to change the name.
 */
export function guardedPath(search: string, origin: string): string | undefined {
  const returnUrl = new URLSearchParams(search).get("return-url");
  if (returnUrl === null || !URL.canParse(returnUrl)) return undefined;
  const url = new URL(returnUrl);
  return url.origin === origin ? url.pathname + url.search : undefined;
}
