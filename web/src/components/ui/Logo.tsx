/** The mark alone: the horse with a wing for a mane, drawn in public/favicon.svg as well. */
export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg aria-hidden="true" width={size} height={size} viewBox="0 0 64 64" className="shrink-0">
      <rect width="64" height="64" rx="14" fill="#1a7f4b" />
      <g fill="#fff">
        <path d="M24 64C20 48 25 33 34 23L37 9l6 9c3 1 5 3 7 6l8 12c2 3 1 6-2 7l-3 1c-2 1-4 0-6-1l-5-3c-3 3-3 7-1 12 2 4 4 8 5 12Z" />
        <path d="M31 22C23 21 13 16 7 7c11 0 21 3 27 9Z" />
        <path d="M26 33C18 32 10 28 5 20c10 0 18 2 24 6Z" />
        <path d="M22 44C16 44 10 41 6 34c7 0 13 1 18 3Z" />
      </g>
    </svg>
  );
}
