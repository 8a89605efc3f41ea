import { AI_USER_ID, type RoomAi, type RoomMedia, type RoomState, type User } from "../protocol/messages";

/** What happened between two states of the room, seen by somebody who is in the call. */
export type RoomChange =
  { type: "joined"; user: User } | { type: "left"; user: User } | { type: "handRaised"; user: User };

export interface RoomView {
  meetingId?: string;
  media: RoomMedia;
  ai?: RoomAi;
  /** The AI itself, as long as it is here. */
  aiUser?: User;
  /** The server's record of us; absent until the first state of each connection. */
  self?: User;
  /** Who else is in the call, in the order in which we first saw them. */
  others: readonly User[];
}

/** Each sends to each: beyond four people the upload of an ordinary line and the encoders of an old laptop are used up. */
const directMedia: RoomMedia = { path: "p2p", capacity: 4, generation: 0 };

/**
 * What this client knows about its room. It outlives the socket: while that is down the last known people stay, and what
 * changed meanwhile is found by comparing with the first state afterwards, so nobody joins or leaves twice.
 */
export class RoomStore {
  readonly #selfId: string;
  /** A map keeps the order of insertion, which is the order of appearance; a user who left and came back is new. */
  readonly #others = new Map<string, User>();
  #self: User | undefined;
  #meetingId: string | undefined;
  #media = directMedia;
  #ai: RoomAi | undefined;
  #aiUser: User | undefined;
  /** Whoever was there before us has not "joined", so changes are told from the first state that has us in it. */
  #announces = false;

  constructor(selfId: string) {
    this.#selfId = selfId;
  }

  get view(): RoomView {
    return {
      meetingId: this.#meetingId,
      media: this.#media,
      ai: this.#ai,
      aiUser: this.#aiUser,
      self: this.#self,
      others: [...this.#others.values()],
    };
  }

  applyState(state: RoomState): RoomChange[] {
    this.#meetingId = state.meetingId ?? this.#meetingId;
    this.#media = state.media ?? directMedia;
    this.#ai = state.ai;
    this.#aiUser = state.users.find(({ id }) => id === AI_USER_ID);
    this.#self = state.users.find((user) => user.id === this.#selfId);
    const present = new Map(state.users.filter((user) => this.#isOther(user)).map((user) => [user.id, user]));
    const changes: RoomChange[] = [];
    for (const [id, user] of this.#others) {
      if (present.has(id)) continue;
      this.#others.delete(id);
      changes.push({ type: "left", user });
    }
    for (const [id, user] of present) {
      const before = this.#others.get(id);
      this.#others.set(id, user);
      if (before === undefined) changes.push({ type: "joined", user });
      else if (user.raisedHand && !before.raisedHand) changes.push({ type: "handRaised", user });
    }
    return this.#tell(changes);
  }

  /** The server says this before the state without the user, and once; the state alone would do as well. */
  applyLeft(id: string): RoomChange[] {
    const user = this.#others.get(id);
    if (user === undefined) return [];
    this.#others.delete(id);
    return this.#tell([{ type: "left", user }]);
  }

  /** The server may have forgotten us by the time the socket is open again. */
  socketLost(): void {
    this.#self = undefined;
  }

  #isOther(user: User): boolean {
    return user.joined && user.id !== this.#selfId && user.id !== AI_USER_ID;
  }

  #tell(changes: RoomChange[]): RoomChange[] {
    if (this.#announces) return changes;
    this.#announces = this.#self?.joined === true;
    return [];
  }
}
