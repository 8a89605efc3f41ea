import type { User } from "../protocol/messages";
import { shallowEqual } from "../util/equal";

/** Speaking flickers; ten updates a second are as many as anybody can see. */
const MIN_INTERVAL_MS = 100;
/** A state of the room that is older than our update may still be on its way for this long. */
const ECHO_MS = 2000;

/**
 * Keeps the server's record of us equal to the truth: sends it when it changed, at most every 100 ms (the first change
 * at once, the last one always), and again in full when the server may have forgotten it.
 */
export class SelfPublisher {
  readonly #send: (user: User) => boolean;
  #wanted: User | undefined;
  #sent: User | undefined;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The names of tracks that were sent a second time because the server's record lacked them. */
  #insistedOn: string | undefined;

  /** `send` returns false when there is no connection; then `resend` will follow once there is. */
  constructor(send: (user: User) => boolean) {
    this.#send = send;
  }

  update(user: User): void {
    this.#wanted = user;
    if (this.#timer !== undefined || this.#isKnown(user)) return;
    const wait = this.#sentAt + MIN_INTERVAL_MS - Date.now();
    if (wait <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), wait);
  }

  resend(): void {
    this.#sent = undefined;
    this.#flush();
  }

  /** Compares with the server's record of us, which may have lost an update: its disk failed, or it took us for gone. */
  reconcile(record: User): void {
    if (this.#wanted === undefined || Date.now() - this.#sentAt < ECHO_MS) return;
    if (!saysTheSame(withoutNames(this.#wanted), withoutNames(record))) {
      this.resend();
      return;
    }
    // The server keeps only names that it knows as ours. A lost update is mended by one more; what is still missing
    // then was refused, and would be again.
    const names = namesOf(this.#wanted);
    if (names === namesOf(record)) this.#insistedOn = undefined;
    else if (names !== this.#insistedOn) {
      this.#insistedOn = names;
      this.resend();
    }
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#wanted = undefined;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#wanted === undefined || this.#isKnown(this.#wanted)) return;
    if (!this.#send(this.#wanted)) return;
    this.#sent = this.#wanted;
    this.#sentAt = Date.now();
  }

  #isKnown(user: User): boolean {
    return this.#sent !== undefined && saysTheSame(this.#sent, user);
  }
}

function namesOf({ transceiverSessionId, tracks: { audio, video, screenshare } }: User): string {
  return [transceiverSessionId, audio, video, screenshare].join(" ");
}

function withoutNames(user: User): User {
  const tracks = { ...user.tracks, audio: undefined, video: undefined, screenshare: undefined };
  return { ...user, transceiverSessionId: undefined, tracks };
}

/** Whatever the name: that is the server's to decide. */
function saysTheSame(a: User, b: User): boolean {
  const { tracks: tracksOfA, ...restOfA } = a;
  const { tracks: tracksOfB, ...restOfB } = b;
  return shallowEqual({ ...restOfA, name: restOfB.name }, restOfB) && shallowEqual(tracksOfA, tracksOfB);
}
