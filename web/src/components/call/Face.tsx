import type { Participant } from "../../call/types";
import { Initial } from "../Initial";
import { Icon } from "../ui/Icon";

interface Props {
  person: Participant;
  /** A length in CSS. */
  size: string;
}

/** What stands for somebody without a picture. */
export function Face({ person, size }: Props) {
  if (!person.isAi) return <Initial name={person.name} size={size} />;
  return (
    <span
      aria-hidden="true"
      className="inline-flex shrink-0 items-center justify-center rounded-round bg-accent text-on-accent"
      style={{ width: size, height: size }}
    >
      <Icon name="spark" size="56%" />
    </span>
  );
}
