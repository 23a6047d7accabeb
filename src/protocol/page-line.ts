import { Channel, type ChannelOptions } from './channel';

/** The host's end of a page. A page is created again whenever it becomes visible, and says hello each time. */
export type PageLine = {
  receive(message: unknown): void;
  event(name: string, value: unknown): void;
  close(): void;
};

/** Opens a fresh channel at each hello of the page: what the host said before a page listened would be lost. */
export function createPageLine(options: ChannelOptions): PageLine {
  let channel: Channel | undefined;
  const close = (): void => channel?.close(new Error('the page is gone'));
  return {
    receive(message) {
      if ((message as { kind?: unknown } | null)?.kind === 'hello') {
        close();
        channel = new Channel(options);
      }
      channel?.receive(message);
    },
    event: (name, value) => channel?.event(name, value),
    close,
  };
}
