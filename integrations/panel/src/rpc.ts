/** JSON-RPC 2.0 over anything that carries text: a pipe, a WebSocket, a webview's messages, a widget's. */

export interface Channel {
  send(message: object): void;
  /** Hear every message from the other side. */
  listen(hear: (message: Message) => void): void;
}

export interface Message {
  id?: number | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: unknown;
  error?: { code: number; message: string; data?: ErrorData };
}

export interface ErrorData {
  code: string;
  next_step: string;
  exit_code: number;
  details?: {
    notices?: { level: string; text: string; next_step: string }[];
    /** Of a file that is warned of: which one, and how it was when it was looked at. */
    file?: string;
    seen?: string;
    /** What waits still to be sent, where the exam is to end. */
    files?: string[];
  };
}

/** What the other side refused, in its own words. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly data: ErrorData | undefined,
  ) {
    super(message);
  }

  get code(): string {
    return this.data?.code ?? "protocol";
  }

  get nextStep(): string {
    return this.data?.next_step ?? "";
  }
}

type Waiting = { resolve: (value: unknown) => void; reject: (reason: Refusal) => void };

/** Asks, and matches answers with what was asked; tells notifications to whoever listens. */
export class Peer {
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  constructor(
    private readonly channel: Channel,
    private readonly notified: (method: string, params: Record<string, unknown>) => void,
  ) {
    channel.listen((message) => this.take(message));
  }

  ask<T>(method: string, params: object = {}): Promise<T> {
    const id = this.next++;
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.channel.send({ jsonrpc: "2.0", id, method, params });
    });
  }

  /** The other side is gone: nothing that was asked will be answered. */
  lose(sentence: string): void {
    for (const one of this.waiting.values()) one.reject(new Refusal(sentence, undefined));
    this.waiting.clear();
  }

  private take(message: Message): void {
    if (message.method !== undefined) {
      this.notified(message.method, message.params ?? {});
      return;
    }
    const asked = typeof message.id === "number" ? this.waiting.get(message.id) : undefined;
    if (asked === undefined) return;
    this.waiting.delete(message.id as number);
    if (message.error) asked.reject(new Refusal(message.error.message, message.error.data));
    else asked.resolve(message.result);
  }
}
