/** What the panel asks of the bridge, and what it makes of the answers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Host } from "../src/host";
import type { Message } from "../src/rpc";
import { Store } from "../src/store";

type Asked = { id: number; method: string; params: Record<string, unknown> };
type Answers = Record<string, (params: Record<string, unknown>) => unknown>;

const WELCOME = { protocol: 1, version: "1", folder: null, server: "https://exam.example.org", signed_in: true, words: {}, board: null };
const PREPARED = { folder: "/exam", exam_title: "Exam", size: 1, is_running: false, terms: [], has_requirements: false };

/** A store in front of a bridge that answers with `answers`; an answer that throws is a refusal. */
function panel(answers: Answers, host: Partial<Host> = {}): { store: Store; asked: Asked[]; tell: (message: Message) => void } {
  const asked: Asked[] = [];
  let hear: (message: Message) => void = () => undefined;
  const known: Answers = { hello: () => WELCOME, programs: () => ({ programs: [], chosen: null }), prepare: () => PREPARED, ...answers };
  const send = (message: object) => {
    const one = message as Asked;
    asked.push(one);
    queueMicrotask(() => {
      try {
        hear({ id: one.id, result: known[one.method]?.(one.params) });
      } catch (error) {
        hear({ id: one.id, error: error as NonNullable<Message["error"]> });
      }
    });
  };
  const channel = { send, listen: (listener: (message: Message) => void) => void (hear = listener) };
  const store = new Store(channel, { openUrl: () => undefined, ...host }, "test");
  return { store, asked, tell: (message) => hear(message) };
}

const methods = (asked: Asked[]) => asked.map((one) => one.method);

test("Cancel in the dialog for a folder opens no attempt", async () => {
  const { store, asked } = panel({}, { chooseFolder: async () => null });
  await store.hello();
  await store.prepare("test");
  assert.deepEqual(methods(asked), ["hello", "programs"]);
  assert.equal(store.state.prepared, null);
  assert.equal(store.isBusy("prepare"), false);
});

test("the folder that was chosen is where the exam goes, and where there is no dialog the bridge knows", async () => {
  const chosen = panel({}, { chooseFolder: async () => "/empty" });
  await chosen.store.hello();
  await chosen.store.prepare("test");
  assert.deepEqual(chosen.asked.at(-1)?.params, { program: "test", folder: "/empty" });
  const lab = panel({});
  await lab.store.hello();
  await lab.store.prepare("test");
  assert.deepEqual(lab.asked.at(-1)?.params, { program: "test" });
});
