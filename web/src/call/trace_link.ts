/** Where those who run the SFU see what happened in a session. Undefined without a base, or without a session. */
export function traceOf(base: string, session: string | undefined): string | undefined {
  return base === "" || session === undefined ? undefined : `${base.replace(/\/$/, "")}/${session}`;
}
