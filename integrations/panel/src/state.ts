/** What the panel knows, and what it makes of what the bridge refused. */

import { type Instant, START } from "./elapsed";
import type {
  Board,
  CheckLine,
  EnvironmentMade,
  Prepared,
  Programs,
  ReadinessText,
  ResultText,
  Welcome,
} from "./protocol";
import { Refusal } from "./rpc";

export interface Trouble {
  text: string;
  nextStep: string;
  /** What to do about it, where the host knows: a label in its own words, as the bridge may not be there to give any. */
  again?: { label: string; act: () => void };
}

export interface Sending {
  done: number;
  total: number;
}

export interface State {
  words: Record<string, string>;
  welcome: Welcome | null;
  board: Board | null;
  /** When `board` arrived. */
  boardAt: Instant;
  /** The code to confirm; `warning` where others could read the sign-in on its way. */
  code: { link: string; userCode: string; warning: string } | null;
  programs: Programs | null;
  /** The exam is over, and another is being chosen. */
  another: boolean;
  prepared: Prepared | null;
  checks: CheckLine[] | null;
  readiness: ReadinessText | null;
  /** Why the exam is not finished: files are on their way still, or wait and cannot be sent. */
  unsent: string | null;
  result: ResultText | null;
  trouble: Trouble | null;
  /** What is under way, by name: `sign_in`, `prepare`, `submit:category1` … */
  busy: ReadonlySet<string>;
  sending: Readonly<Record<string, Sending>>;
  /** The last line of what is under way, such as an installer's. */
  log: string;
  environment: EnvironmentMade | null;
  /** What was answered last in a category: a check, a submission, a refusal, warnings to decide on. */
  said: Readonly<Record<string, Said>>;
}

export interface Said {
  tone: "good" | "caution" | "bad";
  lines: string[];
  /** Warnings: the candidate may submit all the same. */
  asks: boolean;
  /** What speaks against it, where it is a matter of a decision. */
  notices?: readonly { text: string; next_step: string }[];
  /** The file that is warned of, for whoever submits it all the same. */
  about?: { file?: string; seen?: string };
  /** A file of ours in the exam folder is gone or broken. */
  isDamaged?: boolean;
  /** The file is kept here until the portal answers. */
  waits?: boolean;
  /** The newest submission of the category when this was said of one: whatever tool submits another makes it old. */
  newest?: string | undefined;
}

/** The exit status of the command for the same error. */
export const SIGN_IN_FIRST = 4;

/** What may have to be said before the bridge gave its words, or by a bridge that is older than the panel. */
export const BEFORE_WORDS = {
  try_again: "Try again",
  connecting: "Connecting …",
  kernel_gone: "The kernel of this panel has ended. Run %load_ext guildmark.notebook and this cell again.",
  still_submitting: "Category {number}: a model is still being submitted. Wait until that is done, or finish without it.",
  no_socket: "No connection to the exam. Reload the page, or restart JupyterLab where guildmark_jupyter is installed.",
};

export const EMPTY: State = {
  words: BEFORE_WORDS,
  welcome: null,
  board: null,
  boardAt: START,
  code: null,
  programs: null,
  another: false,
  prepared: null,
  checks: null,
  readiness: null,
  unsent: null,
  result: null,
  trouble: null,
  busy: new Set(),
  sending: {},
  log: "",
  environment: null,
  said: {},
};

export function refused(error: unknown): Said {
  if (!(error instanceof Refusal)) throw error;
  const { notices, file, seen } = error.data?.details ?? {};
  const about = { ...(file ? { file } : {}), ...(seen ? { seen } : {}) };
  if (error.code === "confirm" && notices) return { tone: "caution", lines: [], notices, asks: true, about };
  const isDamaged = error.code === "workspace_damaged";
  const waits = error.data?.exit_code === SIGN_IN_FIRST; // once somebody has signed in, it is sent, and said no more
  return { tone: "bad", lines: [error.message, nextStep(error)].filter(Boolean), asks: false, isDamaged, waits };
}

/** What to do now; to sign in again the panel has a button, and needs no command for it. */
export function nextStep(error: Refusal): string {
  return error.data?.exit_code === SIGN_IN_FIRST ? "" : error.nextStep;
}

export function without<T>(record: Readonly<Record<string, T>>, key: string): Record<string, T> {
  const { [key]: _gone, ...kept } = record;
  return kept;
}
