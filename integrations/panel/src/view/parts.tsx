import type { ComponentChildren } from "preact";

import type { Notice } from "../protocol";
import type { Sending } from "../state";
import type { Store } from "../store";

interface ActionProps {
  store: Store;
  /** The name under which the store does it: the button rests meanwhile. */
  name: string;
  word: string;
  act: () => void;
  primary?: boolean;
  label?: string;
  disabled?: boolean;
}

/** A button that does one thing at a time. */
export function Action({ store, name, word, act, primary, label, disabled }: ActionProps) {
  const busy = store.isBusy(name) || disabled === true;
  return (
    <button type="button" class={primary ? "gm-primary" : ""} disabled={busy} aria-label={label} data-action={name} onClick={act}>
      {store.word(word)}
    </button>
  );
}

export function Notices({ notices }: { notices: readonly Notice[] }) {
  return (
    <>
      {notices.map((one) => (
        <div key={`${one.code} ${one.text}`} class={`gm-notice gm-${one.level}`} role="status" data-notice={one.code}>
          <p>{one.text}</p>
          {one.next_step && <p class="gm-quiet">{one.next_step}</p>}
        </div>
      ))}
    </>
  );
}

export function Trouble({ store }: { store: Store }) {
  const { trouble } = store.state;
  if (!trouble) return null;
  return (
    <div class="gm-notice gm-urgent" role="alert">
      <p>{trouble.text}</p>
      {trouble.nextStep && <p class="gm-quiet">{trouble.nextStep}</p>}
      {trouble.again && (
        <button type="button" onClick={trouble.again.act}>
          {trouble.again.label}
        </button>
      )}
      {!store.state.welcome && !trouble.again && <Action store={store} name="hello" word="try_again" act={() => void store.hello()} />}
      {store.state.welcome && !trouble.again && (
        <button type="button" onClick={() => store.clearTrouble()}>
          {store.word("close")}
        </button>
      )}
    </div>
  );
}

/** Five marks that fill, with the number beside them; `text` has both. */
export function Marks({ text, score }: { text: string; score: number | null }) {
  return <span class={`gm-marks gm-score-${score ?? "none"}`}>{text}</span>;
}

export function Bar({ sending, label }: { sending: Sending; label: string }) {
  const hundredths = sending.total ? Math.floor((100 * sending.done) / sending.total) : 0;
  return (
    <label class="gm-bar">
      {label} {hundredths} %
      <progress max={sending.total} value={sending.done} />
    </label>
  );
}

/** Something to open for who wants to know more. */
export function More({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <details>
      <summary>{title}</summary>
      {children}
    </details>
  );
}
