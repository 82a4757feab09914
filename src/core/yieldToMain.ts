/**
 * A turn of the event queue, in which messages arrive. Timers are not used: nested, browsers let them wait for 4 ms.
 */
export function yieldToMain(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
