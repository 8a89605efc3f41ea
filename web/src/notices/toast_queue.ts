import type { Observable } from "../call/types";
import { Store } from "../util/store";

export type ToastTone = "calm" | "attention" | "danger";

export interface ToastContent {
  text: string;
  tone?: ToastTone;
  action?: { label: string; run: () => void };
  /** A second toast of one topic replaces the first. */
  topic?: string;
  /** Stays until it is dismissed or its topic ends. */
  sticky?: boolean;
  /** Only for screen readers: the eye has seen it already. */
  spoken?: boolean;
}

export interface Toast extends ToastContent {
  id: number;
}

/** Long enough to read a line, and for something to press a bit longer. */
const readingTime = 4_000;
const actingTime = 8_000;
const mostVisible = 3;

/** The short notices of a call, each for a few seconds; a pointer or the focus on them stops the clock. */
export class ToastQueue implements Observable<readonly Toast[]> {
  private readonly shown = new Store<readonly Toast[]>([]);
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();
  private nextId = 1;

  subscribe(listener: () => void): () => void {
    return this.shown.subscribe(listener);
  }

  getSnapshot(): readonly Toast[] {
    return this.shown.getSnapshot();
  }

  show(content: ToastContent): void {
    const toast: Toast = { ...content, id: this.nextId++ };
    const kept = this.getSnapshot().filter(
      (other) => content.topic === undefined || other.topic !== content.topic,
    );
    const next = [...kept, toast];
    const visible = next.filter(({ spoken }) => !spoken);
    // What is only spoken takes no place that the eye could miss.
    const crowdedOut = new Set(visible.slice(0, -mostVisible));
    this.replace(next.filter((other) => !crowdedOut.has(other)));
    this.startTimer(toast);
  }

  dismiss(id: number): void {
    this.replace(this.getSnapshot().filter((toast) => toast.id !== id));
  }

  /** Removes what was said about `topic`, when it no longer holds. */
  end(topic: string): void {
    this.replace(this.getSnapshot().filter((toast) => toast.topic !== topic));
  }

  pause(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  resume(): void {
    this.pause();
    for (const toast of this.getSnapshot()) this.startTimer(toast);
  }

  private startTimer(toast: Toast): void {
    if (toast.sticky) return;
    const timer = setTimeout(() => this.dismiss(toast.id), toast.action ? actingTime : readingTime);
    this.timers.set(toast.id, timer);
  }

  private replace(next: readonly Toast[]): void {
    for (const [id, timer] of this.timers) {
      if (next.some((toast) => toast.id === id)) continue;
      clearTimeout(timer);
      this.timers.delete(id);
    }
    this.shown.set(next);
  }
}
