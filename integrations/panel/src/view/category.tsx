import type { BoardCategory, BoardSubmission } from "../protocol";
import type { Said } from "../state";
import type { Store } from "../store";
import { Action, Bar, Marks, More, Notices } from "./parts";

/** One category: what to read, what to run, what to hand in, and what it brought. */
export function Category({ store, category }: { store: Store; category: BoardCategory }) {
  const { host } = store;
  const [newest] = category.submissions;
  const heard = store.state.said[category.id];
  const said = heard && isOld(heard, category) ? undefined : heard;
  const sending = store.state.sending[category.id];
  const of = (word: string) => `${store.word(word)}: ${category.number} ${category.title}`;
  return (
    <section class="gm-category" data-category={category.id} aria-label={`${category.number} ${category.title}`}>
      <h2>
        <span class="gm-number">{category.number}</span> {category.title}
        <Marks text={category.marks} score={category.best_score} />
      </h2>
      <div class="gm-actions">
        {host.openFile && (
          <>
            <button type="button" aria-label={of("instructions")} onClick={() => host.openFile?.(category.instructions)}>
              {store.word("instructions")}
            </button>
            <button type="button" aria-label={of("starter")} onClick={() => host.openFile?.(category.starter)}>
              {store.word("starter")}
            </button>
          </>
        )}
        {host.runStarter && (
          <button type="button" data-action="run" aria-label={of("run_starter")} onClick={() => host.runStarter?.(category.starter)}>
            {store.word("run_starter")}
          </button>
        )}
        <Action store={store} name={`check:${category.id}`} word="check" label={of("check")} act={() => void store.check(category.id)} />
        <Action
          store={store}
          name={`submit:${category.id}`}
          word="submit"
          label={of("submit")}
          act={() => void store.submit(category.id)}
          primary
        />
      </div>
      <p class="gm-quiet gm-model">{category.model ? category.model.text : store.word("no_model")}</p>
      {sending && <Bar sending={sending} label={store.word("submitting", { name: category.model?.name ?? "" })} />}
      {!sending && category.upload && (
        <Bar sending={category.upload} label={store.word("submitting", { name: category.upload.file_name })} />
      )}
      {!sending && store.isBusy(`submit:${category.id}`) && <p class="gm-quiet">{store.state.log || store.word("waiting")}</p>}
      {!said?.asks && <Notices notices={category.notices} />}
      {!said && newest && (
        <p class="gm-newest">
          {[newest.marks, newest.standing, newest.to_next].filter(Boolean).join("  ")}
        </p>
      )}
      {said && (
        <div class={`gm-said gm-${said.tone}`} role="status">
          {said.lines.map((line) => (
            <p key={line}>{line}</p>
          ))}
          {said.notices?.map((one) => (
            <div key={one.text} class="gm-warning">
              <p>{one.text}</p>
              {one.next_step && <p class="gm-quiet">{one.next_step}</p>}
            </div>
          ))}
          {said.isDamaged && <Action store={store} name="prepare" word="put_back" act={() => void store.putBack()} />}
          {said.asks && (
            <Action
              store={store}
              name={`submit:${category.id}`}
              word="submit_anyway"
              label={of("submit_anyway")}
              act={() => void store.submit(category.id, true)}
            />
          )}
        </div>
      )}
      {category.hints.length > 0 && (
        <More title={store.word("hints")}>
          <ul>
            {category.hints.map((hint) => (
              <li key={hint}>{hint}</li>
            ))}
          </ul>
        </More>
      )}
      {category.contract.length > 0 && (
        <More title={store.word("contract")}>
          <ul>
            {[...category.contract, category.metric, ...category.bands].filter(Boolean).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
        </More>
      )}
      {category.submissions.length > 0 && (
        <More title={`${store.word("history")} (${category.submissions.length})`}>
          <ol class="gm-history">
            {category.submissions.map((one) => (
              <Row key={one.id} store={store} category={category} one={one} />
            ))}
          </ol>
        </More>
      )}
    </section>
  );
}

/** What was said of a file is old once it was sent, or once another was submitted, here or in any other tool. */
function isOld(said: Said, category: BoardCategory): boolean {
  if (said.waits) return category.waiting === 0;
  return said.newest !== undefined && said.newest !== category.submissions[0]?.id;
}

function Row({ store, category, one }: { store: Store; category: BoardCategory; one: BoardSubmission }) {
  const notes = [one.counts && store.word("counts"), one.pinned && store.word("pinned")].filter(Boolean).join(", ");
  return (
    <li data-submission={one.id}>
      <Marks text={one.marks} score={one.score} /> {one.file_name} <span class="gm-quiet">{one.short}</span>
      {notes && <strong> {notes}</strong>}
      <p class="gm-quiet">{[one.standing, one.to_next, one.message].filter(Boolean).join("  ")}</p>
      <div class="gm-actions">
        {one.pinned ? (
          <Action store={store} name="unpin" word="unpin" act={() => void store.unpin(category.id)} />
        ) : (
          one.is_graded && <Action store={store} name="pin" word="pin" act={() => void store.pin(one.id)} />
        )}
        <Action
          store={store}
          name={`fetch:${category.id}`}
          word="fetch"
          label={`${store.word("fetch")}: ${one.short}`}
          act={() => void store.fetch(category.id, one.id)}
        />
      </div>
    </li>
  );
}
