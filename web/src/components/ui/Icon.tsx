/** Line drawings on a grid of 24, stroked with the text's colour. */
const drawings = {
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3ZM5.5 11a6.5 6.5 0 0 0 13 0M12 17.5V21",
  micOff:
    "M15 10.5V6a3 3 0 0 0-5.8-1.1M9 9v2a3 3 0 0 0 4.6 2.5M5.5 11a6.5 6.5 0 0 0 10 5.5M18.5 11a6.5 6.5 0 0 1-.6 2.7M12 17.5V21M4 4l16 16",
  camera:
    "M4.5 6.5h9a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2ZM15.5 10.8l6-3.3v9l-6-3.3",
  cameraOff:
    "M9.5 6.5h4a2 2 0 0 1 2 2v4l6 3.9V7.5l-6 3.3M15 16.8a2 2 0 0 1-1.5.7h-9a2 2 0 0 1-2-2v-7a2 2 0 0 1 1.7-2M4 4l16 16",
  screen:
    "M4.5 4.5h15a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2ZM8 21h8M12 14.2V8M9.3 10.5 12 7.8l2.7 2.7",
  screenStop:
    "M4.5 4.5h15a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-9a2 2 0 0 1 2-2ZM8 21h8M9.5 8.5l5 5M14.5 8.5l-5 5",
  hand: "M8 12V6.3a1.4 1.4 0 0 1 2.8 0V11M10.8 10.5V4.4a1.4 1.4 0 0 1 2.8 0v6.1M13.6 10.8V5.9a1.4 1.4 0 0 1 2.8 0V12M16.4 11V8.9a1.4 1.4 0 0 1 2.8 0v5.6a6.5 6.5 0 0 1-6.5 6.5c-2.6 0-4.2-1-5.6-3.1L4.4 13.6a1.5 1.5 0 0 1 2.5-1.7L8 13.4",
  leave:
    "M12 9.5c3.4 0 6.5 1 8.6 2.7.8.7 1 1.8.5 2.7l-.7 1.3c-.4.8-1.3 1.1-2.1.8l-2.5-.9a1.7 1.7 0 0 1-1.1-1.6v-1.4a10 10 0 0 0-5.4 0v1.4c0 .7-.4 1.3-1.1 1.6l-2.5.9c-.8.3-1.7 0-2.1-.8l-.7-1.3c-.5-.9-.3-2 .5-2.7C5.5 10.5 8.6 9.5 12 9.5Z",
  more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
  person: "M12 11.5a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.7-3.8 3.7-6 7.5-6s6.8 2.2 7.5 6",
  people:
    "M9 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 19.5c.5-3.2 3.2-5 6.5-5s6 1.8 6.5 5M16 5a3.3 3.3 0 0 1 0 6M17.5 14.8c2.2.6 3.6 2.2 4 4.7",
  settings:
    "M4 7h9M17.5 7H20M4 17h2.5M11 17h9M15.2 9.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6ZM8.8 19.3a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6Z",
  link: "M10 13.8a4 4 0 0 0 5.9.3l3-3a4 4 0 0 0-5.7-5.7l-1.3 1.3M14 10.2a4 4 0 0 0-5.9-.3l-3 3a4 4 0 0 0 5.7 5.7l1.3-1.3",
  check: "m5 12.5 4.5 4.5L19 7.5",
  fullScreen:
    "M4 9V5.5A1.5 1.5 0 0 1 5.5 4H9M15 4h3.5A1.5 1.5 0 0 1 20 5.5V9M20 15v3.5a1.5 1.5 0 0 1-1.5 1.5H15M9 20H5.5A1.5 1.5 0 0 1 4 18.5V15",
  exitFullScreen:
    "M9 4v3.5A1.5 1.5 0 0 1 7.5 9H4M20 9h-3.5A1.5 1.5 0 0 1 15 7.5V4M15 20v-3.5a1.5 1.5 0 0 1 1.5-1.5H20M4 15h3.5A1.5 1.5 0 0 1 9 16.5V20",
  theme: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 3.5v17M12 8h5.8M12 12h8.5M12 16h5.8",
  globe:
    "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM3.5 12h17M12 3.5c2.4 2.4 3.5 5.2 3.5 8.5s-1.1 6.1-3.5 8.5c-2.4-2.4-3.5-5.2-3.5-8.5s1.1-6.1 3.5-8.5Z",
  close: "m6 6 12 12M18 6 6 18",
  alert: "M12 3.8 2.8 19.5h18.4ZM12 10v4M12 17h.01",
  mark: "M12 5.5v7.5M12 18h.01",
  info: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 11.5V16M12 8h.01",
  plus: "M12 5v14M5 12h14",
  arrowRight: "M5 12h14M13 6l6 6-6 6",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11",
  speakerOff: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM16 9.5l5 5M21 9.5l-5 5",
  corner: "M4.5 4.5h15a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-15a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2ZM12.5 12.5h6v4h-6Z",
  keyboard:
    "M4 6.5h16a1.5 1.5 0 0 1 1.5 1.5v8a1.5 1.5 0 0 1-1.5 1.5H4A1.5 1.5 0 0 1 2.5 16V8A1.5 1.5 0 0 1 4 6.5ZM6.5 10.5h.01M10.2 10.5h.01M13.8 10.5h.01M17.5 10.5h.01M8 14h8",
  chevron: "m6 9.5 6 6 6-6",
} as const;

export type IconName = keyof typeof drawings;

interface Props {
  name: IconName;
  /** In pixels, or a length in CSS. */
  size?: number | string;
  className?: string;
}

/** Decoration beside a name; whoever shows it alone gives the name itself. */
export function Icon({ name, size = 20, className = "" }: Props) {
  return (
    <svg
      aria-hidden="true"
      className={`shrink-0 ${className}`}
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === "more" || name === "mark" ? 3 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      <path d={drawings[name]} />
    </svg>
  );
}
