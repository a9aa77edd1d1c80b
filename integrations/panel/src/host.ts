/** What the program around the panel can do: an IDE opens files and runs them, a notebook may not. */
export interface Host {
  /** Show a file of the exam folder; `path` is relative to it. */
  openFile?(path: string): void;
  /** Run a starter where its output can be seen. */
  runStarter?(path: string): void;
  /** Show an address in a browser. */
  openUrl(url: string): void;
  /** Let the candidate choose a folder for a new exam; null where they want none after all. Without it: where the bridge is. */
  chooseFolder?(): Promise<string | null>;
  /** The exam folder is there now, and the host may want to open it. */
  opened?(folder: string): void;
  /** Every board, for what the host shows beside the panel. */
  shown?(board: import("./protocol").Board): void;
}
