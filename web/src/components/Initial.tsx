import { Icon } from "./ui/Icon";

interface Props {
  name: string;
  /** A length in CSS. */
  size: string;
}

/** Stands for a person without a picture: the first letter of the name, as the eye finds it in a list. */
export function Initial({ name, size }: Props) {
  const letter = Array.from(name.trim())[0]?.toLocaleUpperCase();
  return (
    <span
      aria-hidden="true"
      className="flex items-center justify-center rounded-round bg-accent-soft font-semibold text-accent select-none"
      style={{ width: size, height: size, fontSize: `calc(${size} * 0.42)` }}
    >
      {letter ?? <Icon name="person" size="1.2em" />}
    </span>
  );
}
