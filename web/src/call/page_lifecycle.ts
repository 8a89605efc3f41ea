/**
 * Calls `gone` when the page is left: closed, reloaded, or put aside by the browser to be restored by "back" (then its
 * sockets are dead, and it starts anew by a reload). Not `beforeunload`, after which the page may well stay.
 * Returns the function that ends it.
 */
export function onPageGone(gone: () => void): () => void {
  const shown = (event: PageTransitionEvent) => {
    if (event.persisted) location.reload();
  };
  const hidden = () => {
    // Stays when the caller ends the watch from within `gone`: the restored page has to reload all the same.
    addEventListener("pageshow", shown, { once: true });
    gone();
  };
  addEventListener("pagehide", hidden, { once: true });
  return () => removeEventListener("pagehide", hidden);
}
