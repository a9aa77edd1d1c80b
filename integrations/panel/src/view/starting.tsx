import { useState } from "preact/hooks";

import type { Board, Prepared } from "../protocol";
import type { Store } from "../store";
import { Action, Bar } from "./parts";

/** Sign in: the portal's address, then a code to confirm in a browser. */
export function SignIn({ store }: { store: Store }) {
  const { welcome, code } = store.state;
  const [server, setServer] = useState(welcome?.server ?? "");
  if (code) {
    return (
      <section class="gm-step">
        <p>{store.word("code")}</p>
        <p class="gm-code">{code.userCode}</p>
        {code.warning && (
          <div class="gm-notice gm-caution" role="alert">
            <p>{code.warning}</p>
          </div>
        )}
        <button type="button" class="gm-primary" onClick={() => store.host.openUrl(code.link)}>
          {store.word("open_browser")}
        </button>
        <p class="gm-quiet gm-link">{code.link}</p>
      </section>
    );
  }
  return (
    <form
      class="gm-step"
      onSubmit={(event) => {
        event.preventDefault();
        void store.signIn(server.trim());
      }}
    >
      <label>
        {store.word("server")}
        <input type="url" required value={server} placeholder="https://" onInput={(event) => setServer(event.currentTarget.value)} />
      </label>
      <button type="submit" class="gm-primary" disabled={store.isBusy("sign_in")}>
        {store.word("sign_in")}
      </button>
    </form>
  );
}

/** Signed in, and no exam under way: which one, or that of `board`, and whether this machine is ready. */
export function Choose({ store, board }: { store: Store; board: Board | null }) {
  const { programs, another, sending, checks } = store.state;
  const [slug, setSlug] = useState("");
  const offered = programs?.programs ?? [];
  const chosen = slug || programs?.chosen || offered[0]?.slug;
  const bringing = sending["prepare"];
  return (
    <section class="gm-step">
      {board ? <h1>{board.exam_title}</h1> : offered.length === 1 ? <h1>{offered[0]?.title}</h1> : !another && <p>{store.word("no_exam")}</p>}
      {!board && offered.length > 1 && (
        <label>
          {store.word("choose_program")}
          <select value={chosen} onChange={(event) => setSlug(event.currentTarget.value)}>
            {offered.map((one) => (
              <option key={one.slug} value={one.slug}>
                {one.title}
              </option>
            ))}
          </select>
        </label>
      )}
      <div class="gm-actions">
        <Action store={store} name="prepare" word="prepare" act={() => void store.prepare(board ? undefined : chosen)} primary />
        <Action store={store} name="rehearse" word="rehearse" act={() => void store.rehearse()} />
        {another && (
          <button type="button" onClick={() => store.dontChooseAnother()}>
            {store.word("cancel")}
          </button>
        )}
        <Action store={store} name="sign_out" word="sign_out" act={() => void store.signOut()} />
      </div>
      {bringing && <Bar sending={bringing} label={store.word("preparing")} />}
      {checks && (
        <ul class="gm-checks">
          {checks.map((one) => (
            <li key={one.name} class={one.good ? "gm-good" : "gm-caution"}>
              {one.said}
              {one.fallback && <p class="gm-quiet">{one.fallback}</p>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** The bundle is here, sealed; what a candidate should know before giving the word. */
export function Begin({ store, prepared }: { store: Store; prepared: Prepared }) {
  const { environment, log } = store.state;
  const making = store.isBusy("environment");
  return (
    <section class="gm-step">
      <h1>{prepared.exam_title}</h1>
      {prepared.terms.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {prepared.has_requirements && !environment?.python && (
        <>
          <p class="gm-quiet">{store.word("environment_why")}</p>
          <Action store={store} name="environment" word="make_environment" act={() => void store.makeEnvironment()} />
        </>
      )}
      {making && <p class="gm-quiet gm-log">{log || store.word("environment_making")}</p>}
      {environment && (
        <div class={`gm-said gm-${environment.python ? "good" : "caution"}`} role="status">
          <p>{environment.text}</p>
          {environment.next_step && <p class="gm-quiet">{environment.next_step}</p>}
        </div>
      )}
      <div class="gm-actions">
        <Action store={store} name="begin" word="begin" act={() => void store.begin()} primary disabled={making} />
        <button type="button" onClick={() => store.notNow()}>
          {store.word("not_now")}
        </button>
      </div>
      <p class="gm-quiet gm-link">{prepared.folder}</p>
    </section>
  );
}
