/** Time passes while a machine sleeps, and never backwards. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { now, secondsSince } from "../src/elapsed";

test("what one of the clocks slept through, the other has counted", (context) => {
  let [steady, wall] = [1_000, 5_000_000];
  context.mock.method(performance, "now", () => steady);
  context.mock.method(Date, "now", () => wall);
  const then = now();
  [steady, wall] = [3_000, 5_002_000];
  assert.equal(secondsSince(then), 2);
  wall += 600_000; // the machine slept
  assert.equal(secondsSince(then), 602);
  wall = 0; // somebody set the clock back
  assert.equal(secondsSince(then), 2);
});
