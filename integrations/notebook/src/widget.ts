/** The panel in a cell of a notebook: messages go through the widget's model to the bridge in the kernel. */

import { type Channel, type Message, mount } from "../../panel/src/index";

type Heard = (content: { message?: Addressed }) => void;
type Addressed = Omit<Message, "id"> & { id?: string | null };

interface Model {
  send(content: object): void;
  on(event: "msg:custom", heard: Heard): void;
  on(event: "comm_live_update", heard: () => void): void;
  off(event: "msg:custom", heard: Heard): void;
  off(event: "comm_live_update", heard: () => void): void;
}

function render({ model, el }: { model: Model; el: HTMLElement }): () => void {
  // Several views may show one model, and each hears all answers: a view knows its own by their ids.
  const mine = `${crypto.getRandomValues(new Uint32Array(4)).join("-")}:`; // randomUUID is for https alone
  const heard: Heard[] = [];
  // The kernel of a widget is never there again once it went: a restarted one knows nothing of it.
  let isGone = false;
  const lost = () => {
    isGone = true;
    mounted.store.lose(mounted.store.word("kernel_gone"));
  };
  const channel: Channel = {
    send: (message) => {
      try {
        if (!isGone) return model.send({ message: withId(message, mine), language: navigator.language });
      } catch {
        // of a kernel that was shut down, only this tells
      }
      queueMicrotask(lost); // what is being asked waits for its answer only after this
    },
    listen: (hear) => {
      const listener: Heard = ({ message }) => {
        if (!message) return;
        const { id, ...rest } = message;
        if (id == null) hear(rest);
        else if (id.startsWith(mine)) hear({ ...rest, id: Number(id.slice(mine.length)) });
      };
      heard.push(listener);
      model.on("msg:custom", listener);
    },
  };
  const root = el.appendChild(document.createElement("div"));
  const mounted = mount(root, channel, { openUrl: (url) => window.open(url, "_blank", "noopener") }, "notebook");
  model.on("comm_live_update", lost);
  return () => {
    mounted.unmount();
    model.off("comm_live_update", lost);
    for (const one of heard) model.off("msg:custom", one);
  };
}

function withId(message: object, prefix: string): object {
  return "id" in message ? { ...message, id: `${prefix}${String(message.id)}` } : message;
}

export default { render };
