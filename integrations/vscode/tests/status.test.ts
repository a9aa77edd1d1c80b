/** Each warning of the time left comes once for each time that the time draws near: after a credit, and in the next exam, again. */

import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";

import type { Board } from "../../panel/src/protocol";
import { TimeLeft } from "../src/status";
import { fake, reset } from "./vscode";

let time: TimeLeft;

beforeEach(() => {
  reset();
  time = new TimeLeft();
});

afterEach(() => time.dispose());

function show(minutes: number, attempt = "first"): void {
  const near = [5, 15, 30, 60].find((limit) => minutes < limit);
  const level = minutes < 15 ? "urgent" : "caution";
  const notices = near === undefined ? [] : [{ level, code: `time_${near}`, text: `Less than ${near} minutes left.`, next_step: "" }];
  const clock = { time_left_s: minutes * 60, is_running: true, stands_still: false, level };
  time.show({ attempt, exam_title: "Exam", online: true, notices, clock } as unknown as Board);
}

const said = () => fake.boxes.map((one) => one.text);

test("each limit is said once, however many boards come", () => {
  for (const minutes of [100, 59, 58, 29, 28, 14, 13, 4, 3]) show(minutes);
  assert.deepEqual(said(), [60, 30, 15, 5].map((limit) => `Less than ${limit} minutes left.`));
});

test("a credit of time makes a warning one that can come again", () => {
  for (const minutes of [100, 14, 29, 14]) show(minutes);
  assert.deepEqual(said().filter((one) => one.includes("15")).length, 2);
});

test("what was said in one exam is said in the next", () => {
  show(100);
  show(14);
  show(14, "second");
  assert.deepEqual(said(), ["Less than 15 minutes left.", "Less than 15 minutes left."]);
});
