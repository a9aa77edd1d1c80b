/** As much of VS Code as the extension needs to be tried without it. `fake` is what a test sets and looks at. */

type Answer = (choice: string | undefined) => void;

export const fake = {
  settings: new Map<string, string>(),
  changed: [] as (() => void)[],
  boxes: [] as { text: string; answer: Answer }[],
  dialogs: [] as (string | undefined)[],
  dialogsShown: 0,
  folders: [] as string[],
  commands: [] as unknown[][],
};

export function reset(): void {
  fake.settings.clear();
  fake.changed = [];
  fake.boxes = [];
  fake.dialogs = [];
  fake.dialogsShown = 0;
  fake.folders = [];
  fake.commands = [];
}

const box = (text: string) => new Promise<string | undefined>((answer) => fake.boxes.push({ text, answer }));

export const window = {
  showErrorMessage: box,
  showWarningMessage: box,
  showInformationMessage: box,
  createStatusBarItem: () => ({ show: () => undefined, hide: () => undefined, dispose: () => undefined }),
  showOpenDialog: async () => {
    fake.dialogsShown++;
    const picked = fake.dialogs.shift();
    return picked === undefined ? undefined : [{ fsPath: picked }];
  },
};
export const workspace = {
  get workspaceFolders() {
    return fake.folders.map((fsPath) => ({ uri: { fsPath } }));
  },
  getConfiguration: () => ({
    get: (name: string, otherwise?: string) => fake.settings.get(name) ?? otherwise,
    update: async (name: string, value: string) => {
      fake.settings.set(name, value);
      for (const hear of fake.changed) hear();
    },
  }),
};
export const commands = { executeCommand: async (...words: unknown[]) => void fake.commands.push(words) };
export const extensions = { getExtension: () => undefined };
export const l10n = { t: (text: string, ...values: string[]) => text.replace(/\{(\d)\}/g, (_whole, at: string) => values[Number(at)] ?? "") };
export const env = { language: "en" };
export const version = "1.90.0";
export const Uri = { file: (fsPath: string) => ({ fsPath }) };
export const ConfigurationTarget = { Global: 1 };
export const StatusBarAlignment = { Left: 1 };
export class ThemeColor {
  constructor(readonly id: string) {}
}
