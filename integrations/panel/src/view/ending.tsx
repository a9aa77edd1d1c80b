import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import type { ReadinessText } from "../protocol";
import type { Store } from "../store";
import { Action, Bar } from "./parts";

interface RowProps {
  number: number;
  title: string;
  marks: string;
  children: ComponentChildren;
}

/** A category on a list: its number, title and marks on a line, and what there is to say of it below. */
function Row({ number, title, marks, children }: RowProps) {
  return (
    <li>
      <p class="gm-row">
        <span class="gm-number">{number}</span> {title} <span class="gm-marks">{marks}</span>
      </p>
      {children}
    </li>
  );
}

/** The list before Finish: what each category has, and what is missing. */
export function Finish({ store, readiness }: { store: Store; readiness: ReadinessText }) {
  const { unsent, board, log } = store.state;
  return (
    <section class="gm-step">
      <ol class="gm-rows">
        {readiness.items.map((one) => (
          <Row key={one.number} number={one.number} title={one.title} marks={one.marks}>
            <span class={one.ready ? "gm-quiet" : "gm-caution"}>{one.warning || one.file_name}</span>
          </Row>
        ))}
      </ol>
      {readiness.also.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {board?.categories.map(
        ({ id, upload }) => upload && <Bar key={id} sending={upload} label={store.word("submitting", { name: upload.file_name })} />,
      )}
      {store.isBusy("finish") && log && <p class="gm-quiet">{log}</p>}
      {unsent && (
        <div class="gm-notice gm-urgent" role="alert">
          <p>{unsent}</p>
          <Action store={store} name="finish" word="finish_without" act={() => void store.finish(true)} />
        </div>
      )}
      <p>
        <strong>{readiness.question}</strong>
      </p>
      <div class="gm-actions">
        <Action store={store} name="finish" word="finish" act={() => void store.finish()} primary />
        <button type="button" onClick={() => store.dontFinish()}>
          {store.word("cancel")}
        </button>
      </div>
    </section>
  );
}

/** After the end: the decision as soon as it is made, which a board tells. */
export function Result({ store }: { store: Store }) {
  const { result, board } = store.state;
  useEffect(() => {
    if (!result) void store.showResult();
  }, [store, board?.phase]);
  if (!result) {
    return (
      <section class="gm-step">
        <h1>{board?.exam_title}</h1>
        <p>{store.word("finished")}</p>
        <Action store={store} name="result" word="result" act={() => void store.showResult()} primary />
      </section>
    );
  }
  return (
    <section class="gm-step">
      <p class={result.passed ? "gm-good" : "gm-caution"}>
        <strong>{result.text}</strong>
      </p>
      <ol class="gm-rows">
        {result.categories.map((one) => (
          <Row key={one.number} number={one.number} title={one.title} marks={one.marks}>
            <span class="gm-quiet">{one.points}</span>
          </Row>
        ))}
      </ol>
      {result.practise.length > 0 && (
        <>
          <p>{store.word("practise")}</p>
          <ul>
            {result.practise.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <div class="gm-actions">
        {result.certificate && (
          <button type="button" class="gm-primary" onClick={() => store.host.openUrl(result.certificate)}>
            {store.word("certificate")}
          </button>
        )}
        <button type="button" onClick={() => store.host.openUrl(result.page)}>
          {store.word("exam_page")}
        </button>
        {result.has_room && <Action store={store} name="another" word="another" act={() => void store.chooseAnother()} />}
      </div>
    </section>
  );
}
