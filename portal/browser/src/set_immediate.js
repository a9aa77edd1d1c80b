// rdf-canonize pauses with it now and then. The polyfill that comes with it can make code from strings, which no page of ours
// allows.

globalThis.setImmediate ??= (act) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    act();
  };
  port2.postMessage(null);
};
