import { useEffect, useRef, type ReactNode } from "react";
import { NavigationType, useLocation, useNavigationType } from "react-router";

interface Props {
  className?: string;
  children: ReactNode;
}

/**
 * The h1 of a page. After a change of page inside the client it takes the focus, so that a screen reader
 * starts at the top, as the eye does; on the first load the browser does that by itself.
 */
export function RouteHeading({ className = "", children }: Props) {
  const ref = useRef<HTMLHeadingElement>(null);
  const { key } = useLocation();
  const isBack = useNavigationType() === NavigationType.Pop;
  useEffect(() => {
    if (key === "default") return;
    ref.current?.focus({ preventScroll: true });
    // On the way back the browser itself returns to where one was.
    if (!isBack) scrollTo(0, 0);
  }, [key, isBack]);
  return (
    <h1 ref={ref} tabIndex={-1} data-route-heading="" className={className}>
      {children}
    </h1>
  );
}
