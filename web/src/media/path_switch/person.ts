import { mediaKinds, type RemoteMedia, type Subscription } from "../media_path";
import { setAudible } from "./combine";
import { Delivery } from "./delivery";
import { Handover, type HandoverView, type Side } from "./handover";

/** An element needs a moment until it plays the new stream; as long both voices may be heard. */
const VOICE_OVERLAP_MS = 200;

/** One other person, and how far the move has come with them. */
export class Person {
  readonly handover = new Handover("next");
  subscription: Subscription;
  #delivery = new Delivery();
  /** When the voice was taken from the next way, so that the old one can be silenced a little later. */
  #voiceMovedAt: number | undefined;

  constructor(subscription: Subscription) {
    this.subscription = subscription;
  }

  get delivery(): Delivery {
    return this.#delivery;
  }

  /** There is another next way: everything has to be delivered by it once more. */
  restart(): void {
    this.handover.restart();
    this.#delivery = new Delivery();
    this.#voiceMovedAt = undefined;
  }

  /** True when nothing keeps the old way open for this person any more. */
  look(ways: Omit<HandoverView, "sends" | "delivers">): boolean {
    const { sends } = this.subscription;
    const view: HandoverView = { ...ways, sends, delivers: (kind) => this.#delivery.has(kind) };
    this.handover.look(view);
    this.#moveVoice(view);
    return this.handover.mayLeave(view);
  }

  /** How much is taken from one of the two ways. */
  carriedBy(side: Side, old: RemoteMedia | undefined, next: RemoteMedia | undefined): number {
    const remote = side === "old" ? old : next;
    if (remote?.link !== "connected") return 0;
    return mediaKinds.filter((kind) => this.handover.sourceOf(kind) === side && remote[kind] !== undefined)
      .length;
  }

  #moveVoice({ old, next, now }: HandoverView): void {
    if (this.handover.sourceOf("audio") === "old") {
      this.#voiceMovedAt = undefined;
      setAudible(old?.audio, true);
      if (old?.audio !== undefined) setAudible(next?.audio, false);
      return;
    }
    this.#voiceMovedAt ??= now;
    setAudible(next?.audio, true);
    if (now - this.#voiceMovedAt >= VOICE_OVERLAP_MS) setAudible(old?.audio, false);
  }
}
