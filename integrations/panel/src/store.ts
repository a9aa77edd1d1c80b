/** Everything that the panel knows, and what its buttons do. Views draw the state; nothing else changes it. */

import { now } from "./elapsed";
import type { Host } from "./host";
import type {
  BegunHere,
  Board,
  CheckedText,
  CheckLine,
  CheckLines,
  EnvironmentMade,
  Fetched,
  Prepared,
  Programs,
  ReadinessText,
  ResultText,
  Shown,
  SignedOut,
  Submitted,
  Welcome,
} from "./protocol";
import { type Channel, Peer, Refusal } from "./rpc";
import { BEFORE_WORDS, EMPTY, nextStep, refused, type Said, SIGN_IN_FIRST, type State, type Trouble, without } from "./state";

export class Store {
  state: State = EMPTY;
  private readonly peer: Peer;
  /** How many boards were told unasked. */
  private told = 0;
  private readonly listeners = new Set<() => void>();

  constructor(
    channel: Channel,
    readonly host: Host,
    private readonly client: string,
  ) {
    this.peer = new Peer(channel, (method, params) => this.notified(method, params));
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  word(key: string, values: Record<string, string> = {}): string {
    const sentence = this.state.words[key] ?? key;
    return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  }

  isBusy(name: string): boolean {
    return this.state.busy.has(name);
  }

  hello(server?: string): Promise<void> {
    return this.doing("hello", async () => {
      const asked = { client: this.client, ...(server ? { server } : {}) };
      const welcome = await this.askForBoard<Welcome>("hello", asked);
      this.set({ welcome, words: { ...BEFORE_WORDS, ...welcome.words } });
      if (!welcome.board && welcome.signed_in) await this.lookAround();
    });
  }

  signIn(server?: string): Promise<void> {
    return this.doing("sign_in", async () => {
      try {
        await this.peer.ask("sign_in", server ? { server } : {});
      } finally {
        this.set({ code: null });
      }
      await this.hello();
    });
  }

  signOut(): Promise<void> {
    return this.doing("sign_out", async () => {
      const { text } = await this.peer.ask<SignedOut>("sign_out");
      this.set({ programs: null });
      await this.hello();
      if (text) this.set({ trouble: { text, nextStep: "" } });
    });
  }

  rehearse(): Promise<void> {
    return this.doing("rehearse", async () => {
      this.set({ checks: [] });
      const found = await this.peer.ask<CheckLines>("rehearse");
      this.set({ checks: [...(found.checks ?? [])] });
    });
  }

  prepare(program?: string): Promise<void> {
    return this.doing("prepare", async () => {
      const hasFolder = this.state.welcome?.folder != null;
      const folder = hasFolder ? undefined : await this.host.chooseFolder?.();
      if (folder === null) return; // no folder, no exam: an attempt that is opened cannot be taken back
      const { another } = this.state;
      const asked = { ...(program ? { program } : {}), ...(folder ? { folder } : {}), ...(another ? { another } : {}) };
      const prepared = await this.peer.ask<Prepared>("prepare", asked);
      this.set({ prepared, another: false, sending: without(this.state.sending, "prepare") });
      if (prepared.is_running) await this.begin();
    });
  }

  /** After an exam that is over: which one next? */
  chooseAnother(): Promise<void> {
    return this.doing("another", async () => {
      await this.lookAround();
      this.set({ another: true });
    });
  }

  dontChooseAnother(): void {
    this.set({ another: false });
  }

  /** Fill the folder of an exam that runs again, with what is not there. */
  async putBack(): Promise<void> {
    await this.prepare();
    if (this.state.trouble === null) this.set({ said: {} });
  }

  /** The clock stays where it is; what was downloaded stays too. */
  notNow(): void {
    this.set({ prepared: null });
  }

  makeEnvironment(): Promise<void> {
    return this.doing("environment", async () => this.set({ environment: await this.peer.ask<EnvironmentMade>("environment") }));
  }

  begin(): Promise<void> {
    return this.doing("begin", async () => {
      const begun = await this.askForBoard<BegunHere>("begin");
      this.set({ prepared: null });
      this.host.opened?.(begun.folder);
    });
  }

  check(category: string): Promise<void> {
    return this.inCategory("check", category, async () => {
      const found = await this.peer.ask<CheckedText>("check", { category });
      return { tone: found.passed ? "good" : "bad", lines: [found.text, ...found.findings.map((one) => one.text)], asks: false };
    });
  }

  /** With `anyway`, the file that was warned of is the one that goes. */
  submit(category: string, anyway = false): Promise<void> {
    const about = anyway ? this.state.said[category]?.about : undefined;
    return this.inCategory("submit", category, async () => {
      const done = await this.askForBoard<Submitted>("submit", { category, anyway, ...about });
      const isGraded = done.submission?.report?.score != null;
      const said: Said = { tone: isGraded ? "good" : "caution", lines: [done.text], asks: false };
      return done.submission === null ? { ...said, waits: true } : { ...said, newest: this.newestIn(category) };
    });
  }

  pin(submission: string): Promise<void> {
    return this.changing("pin", { submission });
  }

  unpin(category: string): Promise<void> {
    return this.changing("unpin", { category });
  }

  takeBreak(): Promise<void> {
    return this.changing("take_break", {});
  }

  fetch(category: string, submission: string): Promise<void> {
    return this.inCategory("fetch", category, async () => {
      const fetched = await this.peer.ask<Fetched>("fetch", { submission });
      return { tone: "good", lines: [fetched.path], asks: false };
    });
  }

  askToFinish(): Promise<void> {
    return this.doing("readiness", async () => this.set({ readiness: await this.peer.ask<ReadinessText>("readiness"), unsent: null }));
  }

  dontFinish(): void {
    this.set({ readiness: null });
  }

  /** With `leaveWaiting`, without what is on its way still, or was handed in and cannot be sent. */
  finish(leaveWaiting = false): Promise<void> {
    return this.doing("finish", async () => {
      const submitting = leaveWaiting ? [] : this.submitting();
      if (submitting.length > 0) {
        this.set({ unsent: submitting.map((number) => this.word("still_submitting", { number })).join(" ") });
        return;
      }
      try {
        await this.askForBoard<Shown>("finish", { confirm: true, leave_waiting: leaveWaiting });
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "still_waiting") throw error;
        this.set({ unsent: error.message });
        return;
      }
      this.set({ readiness: null, unsent: null });
      await this.showResult();
    });
  }

  showResult(): Promise<void> {
    return this.doing("result", async () => this.set({ result: await this.peer.ask<ResultText>("result") }));
  }

  openPage(): Promise<void> {
    return this.doing("page", async () => this.host.openUrl((await this.peer.ask<{ url: string }>("page")).url));
  }

  /** The bridge is gone, for the reason `sentence`. */
  lose(sentence: string, again?: Trouble["again"]): void {
    this.peer.lose(sentence);
    this.set({ trouble: { text: sentence, nextStep: "", ...(again ? { again } : {}) } });
  }

  clearTrouble(): void {
    this.set({ trouble: null });
  }

  /**
   * Ask for what has a board in its answer. Whatever is new is told as well, so a board that was told since is at least as new
   * as the answer's, which may have been overtaken on the way.
   */
  private async askForBoard<T extends { board: Board | null }>(method: string, params: object = {}): Promise<T> {
    const { told } = this;
    const answer = await this.peer.ask<T>(method, params);
    if (answer.board && told === this.told) this.show(answer.board);
    return answer;
  }

  /** The numbers of the categories in which a model is being submitted and has not arrived yet. */
  private submitting(): string[] {
    const { board, sending } = this.state;
    const isUnderWay = (id: string) => this.isBusy(`submit:${id}`) && !(sending[id] && sending[id].done >= sending[id].total);
    return (board?.categories ?? []).filter((one) => isUnderWay(one.id)).map((one) => String(one.number));
  }

  private newestIn(category: string): string | undefined {
    return this.state.board?.categories.find((one) => one.id === category)?.submissions[0]?.id;
  }

  private async lookAround(): Promise<void> {
    this.set({ programs: await this.peer.ask<Programs>("programs") });
  }

  private async changing(method: string, params: object): Promise<void> {
    await this.doing(method, async () => {
      await this.askForBoard<Shown>(method, params);
    });
  }

  private async inCategory(method: string, category: string, act: () => Promise<Said>): Promise<void> {
    this.set({ said: without(this.state.said, category) });
    await this.doing(`${method}:${category}`, async () => {
      let said: Said;
      try {
        said = await act();
      } catch (error) {
        said = refused(error);
        this.signInAgainAfter(error);
      }
      this.set({ said: { ...this.state.said, [category]: said }, sending: without(this.state.sending, category) });
    });
  }

  /** Do one thing at a time under its name, and say what went wrong. */
  private async doing(name: string, act: () => Promise<void>): Promise<void> {
    if (this.isBusy(name)) return;
    this.set({ busy: new Set([...this.state.busy, name]), trouble: null, log: "" });
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (this.state.trouble === null) this.set({ trouble: { text: error.message, nextStep: nextStep(error) } });
      this.signInAgainAfter(error);
    } finally {
      this.set({ busy: new Set([...this.state.busy].filter((one) => one !== name)) });
    }
  }

  /** A sign-in that has expired shows the way to sign in, and not only a sentence. */
  private signInAgainAfter(error: unknown): void {
    const { welcome } = this.state;
    if (welcome && error instanceof Refusal && error.data?.exit_code === SIGN_IN_FIRST) {
      this.set({ welcome: { ...welcome, signed_in: false } });
    }
  }

  private notified(method: string, params: Record<string, unknown>): void {
    if (method === "board") {
      this.told++;
      this.show(params as unknown as Board);
    } else if (method === "code") {
      const warning = String(params.warning ?? "");
      this.set({ code: { link: String(params.link), userCode: String(params.user_code), warning } });
    } else if (method === "log") this.set({ log: String(params.text) });
    else if (method === "check") this.set({ checks: [...(this.state.checks ?? []), params as unknown as CheckLine] });
    else if (method === "progress") {
      const place = typeof params.category === "string" ? params.category : String(params.task);
      const sending = { done: Number(params.done), total: Number(params.total) };
      this.set({ sending: { ...this.state.sending, [place]: sending } });
    }
  }

  private show(board: Board): void {
    const { board: before, welcome } = this.state;
    if (before && before.attempt !== board.attempt) this.set({ result: null, readiness: null, said: {}, checks: null, environment: null });
    const isNews = before !== null && before.signed_in !== board.signed_in;
    this.set({ board, boardAt: now(), welcome: welcome && isNews ? { ...welcome, signed_in: board.signed_in } : welcome });
    this.host.shown?.(board);
  }

  private set(change: Partial<State>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}
