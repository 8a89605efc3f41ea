import { useEffect, useRef, type ReactNode } from "react";
import { useLocation } from "react-router";

interface Props {
  className?: string;
  children: ReactNode;
}

/**
 * The h1 of a page. After a change of page inside the client it takes the focus, so that a screen reader
 * starts at the top; on the first load the browser does that by itself.
 */
export function RouteHeading({ className = "", children }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  const firstLoad = useLocation().key === "default";
  useEffect(() => {
    if (!firstLoad) ref.current?.focus();
  }, [firstLoad]);
  return (
    <h1 ref={ref} tabIndex={-1} data-route-heading="" className={className}>
      {children}
    </h1>
  );
}
