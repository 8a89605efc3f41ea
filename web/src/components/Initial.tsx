import { usePerson } from "../hooks/use_person";
import { Icon } from "./ui/Icon";

interface Props {
  name: string;
  /** A length in CSS. */
  size: string;
}

/** Stands for a person without a picture: the photo that the server's directory has, or the first letter of the name. */
export function Initial({ name, size }: Props) {
  const person = usePerson(name);
  if (person?.photo)
    return (
      <img
        src={person.photo}
        alt=""
        className="rounded-round object-cover select-none"
        style={{ width: size, height: size }}
      />
    );
  const letter = Array.from((person?.firstName || name).trim())[0]?.toLocaleUpperCase();
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
