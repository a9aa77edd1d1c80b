/** How long ago something was, through a sleep of the machine: the clock that only goes forward may stand still meanwhile. */

export interface Instant {
  /** Milliseconds of a clock that only goes forward. */
  steady: number;
  /** Milliseconds of the clock on the wall. */
  wall: number;
}

export const START: Instant = { steady: 0, wall: 0 };

export function now(): Instant {
  return { steady: performance.now(), wall: Date.now() };
}

/** Seconds since `then`: as many as either clock has passed. A clock on the wall that is set back takes nothing away. */
export function secondsSince(then: Instant): number {
  return Math.max(performance.now() - then.steady, Date.now() - then.wall) / 1_000;
}
