import type { RemoteMedia } from "../media/media_path";
import { AI_USER_ID, type User } from "../protocol/messages";
import { sameElements, shallowEqual } from "../util/equal";
import type { ConnectionStatus, DevicesSnapshot, LinkState, Participant } from "./types";

/** What the pages show of us. */
export interface SelfView {
  user: User;
  devices: DevicesSnapshot;
  status: ConnectionStatus;
  statusSince: number;
  /** Since when the others have been missing something of ours, though the room's socket is open. */
  unsentSince: number | undefined;
}

export function describeSelf({ user, devices, status, statusSince, unsentSince }: SelfView): Participant {
  const isUnsent = status === "open" && unsentSince !== undefined;
  const link = isUnsent ? "interrupted" : linkOfStatus(status);
  return {
    ...describeUser(user),
    isSelf: true,
    isAi: false,
    link,
    linkSince: link === "connected" ? undefined : isUnsent ? unsentSince : statusSince,
    camera: user.tracks.videoEnabled ? devices.cameraPreview : undefined,
    screen: user.tracks.screenShareEnabled ? devices.screenPreview : undefined,
  };
}

/** `remote` is undefined while there is no link, as in the lobby. */
export function describeOther(user: User, remote: RemoteMedia | undefined): Participant {
  return {
    ...describeUser(user),
    isSelf: false,
    isAi: user.id === AI_USER_ID,
    link: remote?.link ?? "connecting",
    linkSince: remote?.linkSince,
    // The last picture of a camera that was turned off would stand still for ever.
    camera: user.tracks.videoEnabled ? remote?.camera : undefined,
    screen: user.tracks.screenShareEnabled ? remote?.screen : undefined,
    audio: remote?.audio,
  };
}

/** Without the AI, which takes nobody's place. */
export function peopleOf(participants: readonly Participant[]): readonly Participant[] {
  return participants.filter(({ isAi }) => !isAi);
}

/** Puts the earlier objects in place of equal new ones, so that only what changed is drawn again. */
export function keepUnchanged(
  before: readonly Participant[],
  next: readonly Participant[],
): readonly Participant[] {
  const known = new Map(before.map((participant) => [participant.id, participant]));
  const kept = next.map((participant) => {
    const earlier = known.get(participant.id);
    return earlier !== undefined && shallowEqual(earlier, participant) ? earlier : participant;
  });
  return sameElements(before, kept) ? before : kept;
}

function describeUser(user: User) {
  const { audioEnabled, audioUnavailable, videoEnabled, screenShareEnabled } = user.tracks;
  return {
    id: user.id,
    name: user.name,
    session: user.transceiverSessionId,
    raisedHand: user.raisedHand,
    // A mute reaches the state before the end of speaking does.
    speaking: user.speaking && audioEnabled,
    audioEnabled,
    audioUnavailable,
    videoEnabled,
    screenShareEnabled,
  };
}

function linkOfStatus(status: ConnectionStatus): LinkState {
  switch (status) {
    case "connecting":
      return "connecting";
    case "open":
      return "connected";
    case "reconnecting":
      return "interrupted";
    case "refused":
      return "failed";
    default:
      return status satisfies never;
  }
}
