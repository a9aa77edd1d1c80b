import { useEffect, useState } from "preact/hooks";

import type { Board } from "../protocol";
import type { Store } from "../store";
import { Category } from "./category";
import { Clock } from "./clock";
import { Finish, Result } from "./ending";
import { Action, Notices, Trouble } from "./parts";
import { Begin, Choose, SignIn } from "./starting";

const OVER = ["grading", "decided"];

/** The whole panel: one screen at a time, by how far the candidate is. */
export function Panel({ store }: { store: Store }) {
  const [, redraw] = useState({});
  useEffect(() => store.subscribe(() => redraw({})), [store]);
  const { state } = store;
  return (
    <main lang={state.welcome?.language} aria-busy={state.busy.size > 0}>
      <Trouble store={store} />
      <Screen store={store} />
    </main>
  );
}

function Screen({ store }: { store: Store }) {
  const { welcome, board, prepared, another, readiness } = store.state;
  if (!welcome) return <p class="gm-quiet">{store.isBusy("hello") ? "…" : ""}</p>;
  if (!welcome.signed_in) {
    return (
      <>
        {board?.clock.is_running && <Head store={store} board={board} />}
        {board && <Notices notices={board.notices} />}
        <SignIn store={store} />
      </>
    );
  }
  if (prepared) return <Begin store={store} prepared={prepared} />;
  if (!board || another) return <Choose store={store} board={null} />;
  if (board.phase === "registered" || board.phase === "prepared") return <Choose store={store} board={board} />;
  if (board.phase && OVER.includes(board.phase)) {
    return (
      <>
        <Notices notices={board.notices} />
        <Result store={store} />
      </>
    );
  }
  return (
    <>
      <Head store={store} board={board} />
      <Notices notices={board.notices} />
      {readiness ? <Finish store={store} readiness={readiness} /> : <Categories store={store} board={board} />}
    </>
  );
}

/** What stays in sight whatever is done: the exam and its time. */
function Head({ store, board }: { store: Store; board: Board }) {
  return (
    <header class="gm-head">
      <h1>{board.exam_title}</h1>
      <Clock store={store} board={board} />
    </header>
  );
}

function Categories({ store, board }: { store: Store; board: Board }) {
  return (
    <>
      {board.categories.map((one) => (
        <Category key={one.id} store={store} category={one} />
      ))}
      <footer class="gm-actions">
        {board.categories.length === 0 && (
          <Action store={store} name="prepare" word="prepare" act={() => void store.prepare()} primary />
        )}
        {board.breaks_left > 0 && <Action store={store} name="take_break" word="take_break" act={() => void store.takeBreak()} />}
        <Action store={store} name="page" word="exam_page" act={() => void store.openPage()} />
        <Action store={store} name="readiness" word="finish" act={() => void store.askToFinish()} />
      </footer>
    </>
  );
}
