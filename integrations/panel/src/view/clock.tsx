import { useEffect, useState } from "preact/hooks";

import { type Instant, secondsSince } from "../elapsed";
import type { Board } from "../protocol";
import type { Store } from "../store";

const TICK_MS = 250;

/** The time left, counted on from what the board said; the server's clock decides. */
export function Clock({ store, board }: { store: Store; board: Board }) {
  const [, tick] = useState(0);
  const passes = board.clock.is_running && !board.clock.stands_still;
  useEffect(() => {
    if (!passes) return undefined;
    const timer = setInterval(() => tick((count) => count + 1), TICK_MS);
    return () => clearInterval(timer);
  }, [passes]);
  if (board.clock.time_left_s === null) return null;
  const left = timeLeft(board, store.state.boardAt);
  const level = passes ? board.clock.level : "info";
  return (
    <p class={`gm-clock gm-${level}`} role="timer" aria-label={store.word("time_left")}>
      {clockText(left)} {!board.online && <span class="gm-offline">{store.word("offline")}</span>}
    </p>
  );
}

/** Seconds left now, of a board that arrived at `boardAt`. */
export function timeLeft(board: Board, boardAt: Instant): number {
  const { time_left_s, is_running, stands_still } = board.clock;
  const passed = is_running && !stands_still ? secondsSince(boardAt) : 0;
  return Math.max(0, (time_left_s ?? 0) - passed);
}

/** `4:59:07` */
export function clockText(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}
