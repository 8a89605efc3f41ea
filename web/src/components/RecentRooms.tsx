import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useObservable } from "../hooks/use_observable";
import { forgetRoom, recentRooms } from "../rooms/recent_rooms";
import { roomPath } from "../rooms/room_name";
import { Icon } from "./ui/Icon";

export function RecentRooms() {
  const { t } = useTranslation();
  const rooms = useObservable(recentRooms);
  const [removed, setRemoved] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);

  const remove = (room: string) => {
    forgetRoom(room);
    setRemoved(room);
    // The pressed button goes away with its row, and the focus must not fall to the top of the page.
    heading.current?.focus();
  };

  return (
    <div className="flex flex-col gap-2">
      <h2 ref={heading} tabIndex={-1} className="text-14 font-medium outline-none">
        {t("home.recent")}
      </h2>
      {rooms.length === 0 ? (
        <p className="text-14 text-pretty text-ink-soft">{t("home.recentEmpty")}</p>
      ) : (
        <ul className="-mx-2 flex flex-col">
          {rooms.map((room) => (
            <li
              key={room}
              className="flex items-center gap-1 rounded-control transition-colors duration-150 hover:bg-sunken"
            >
              <Link
                to={roomPath(room)}
                className="touch-target flex min-w-0 flex-1 items-center rounded-control px-2 text-16"
              >
                <span className="truncate">{room}</span>
              </Link>
              <button
                type="button"
                aria-label={t("home.removeRecent", { room })}
                onClick={() => remove(room)}
                className="touch-target inline-flex w-10 items-center justify-center rounded-control text-ink-soft hover:text-ink"
              >
                <Icon name="close" size={16} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="status" className="sr-only">
        {removed === undefined ? "" : t("home.removedRecent", { room: removed })}
      </p>
    </div>
  );
}
