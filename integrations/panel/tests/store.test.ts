/** What the panel asks of the bridge, and what it makes of the answers. */

import assert from "node:assert/strict";
import { test } from "node:test";

import type { Host } from "../src/host";
import type { Board } from "../src/protocol";
import type { Message } from "../src/rpc";
import { Store } from "../src/store";

type Asked = { id: number; method: string; params: Record<string, unknown> };
type Answers = Record<string, (params: Record<string, unknown>) => unknown>;

const WELCOME = { protocol: 1, version: "1", folder: null, server: "https://exam.example.org", signed_in: true, words: {}, board: null };
const PREPARED = { folder: "/exam", exam_title: "Exam", size: 1, is_running: false, terms: [], has_requirements: false };

/** A store in front of a bridge that answers with `answers`; an answer that throws is a refusal, and a promise an answer later on. */
function panel(answers: Answers, host: Partial<Host> = {}): { store: Store; asked: Asked[]; tell: (message: Message) => void } {
  const asked: Asked[] = [];
  let hear: (message: Message) => void = () => undefined;
  const known: Answers = { hello: () => WELCOME, programs: () => ({ programs: [], chosen: null }), prepare: () => PREPARED, ...answers };
  const send = (message: object) => {
    const one = message as Asked;
    asked.push(one);
    queueMicrotask(async () => {
      try {
        hear({ id: one.id, result: await known[one.method]?.(one.params) });
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

const CONFIRM = {
  code: -32000,
  message: "It is older.",
  data: { code: "confirm", next_step: "", exit_code: 2, details: { notices: [{ level: "caution", text: "Older", next_step: "" }], file: "/exam/a.keras", seen: "1-2" } },
};

test("all the same means the file that was warned of", async () => {
  let warns = true;
  const { store, asked } = panel({
    submit: () => {
      if (warns) throw CONFIRM;
      return { submission: null, text: "It waits.", board: null };
    },
  });
  await store.submit("category1");
  assert.equal(store.state.said["category1"]?.asks, true);
  warns = false;
  await store.submit("category1", true);
  assert.deepEqual(asked.at(-1)?.params, { category: "category1", anyway: true, file: "/exam/a.keras", seen: "1-2" });
  await store.submit("category1");
  assert.deepEqual(asked.at(-1)?.params, { category: "category1", anyway: false });
});

test("while a model is being submitted, finishing takes a word of its own", async () => {
  const board = { attempt: "a", signed_in: true, categories: [{ id: "category2", number: 2, submissions: [] }] } as unknown as Board;
  let arrived: (answer: unknown) => void = () => undefined;
  const submit = () => new Promise((resolve) => (arrived = resolve));
  const { store, asked, tell } = panel({ submit, finish: () => ({ board }), result: () => ({}) });
  await store.hello();
  tell({ method: "board", params: board as unknown as Record<string, unknown> });
  const submitting = store.submit("category2");
  await store.finish();
  assert.match(store.state.unsent ?? "", /^Category 2: a model is still being submitted/);
  assert.equal(methods(asked).includes("finish"), false);
  await store.finish(true);
  assert.deepEqual(asked.find((one) => one.method === "finish")?.params, { confirm: true, leave_waiting: true });
  arrived({ submission: null, text: "It waits.", board: null });
  await submitting;
});

test("a model that has arrived and waits for its score holds up no end", async () => {
  const board = { attempt: "a", signed_in: true, categories: [{ id: "category2", number: 2, submissions: [] }] } as unknown as Board;
  const { store, asked, tell } = panel({ submit: () => new Promise(() => undefined), finish: () => ({ board }), result: () => ({}) });
  tell({ method: "board", params: board as unknown as Record<string, unknown> });
  void store.submit("category2");
  tell({ method: "progress", params: { task: "submit", category: "category2", done: 7, total: 7 } });
  await store.finish();
  assert.equal(methods(asked).includes("finish"), true);
});

test("what could not be ended at the portal is said after signing out", async () => {
  const { store } = panel({ sign_out: () => ({ text: "End it there." }) });
  await store.signOut();
  assert.equal(store.state.trouble?.text, "End it there.");
});

test("before the bridge gave its words there are some for what it takes to reach it", () => {
  const { store } = panel({});
  assert.match(store.word("no_socket"), /restart JupyterLab/);
  assert.equal(store.word("try_again"), "Try again");
});
