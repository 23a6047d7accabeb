import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { parentPort, type Worker } from 'node:worker_threads';
import { parseJson } from '../../base/json';
import { WordedError } from '../../base/worded-error';
import { words } from '../../base/words';
import { Channel, type EndOptions } from '../channel';

// The transports of a channel between processes and threads: IPC, a worker's port, lines of JSON. That of a page is its
// postMessage (src/extension/pages, webview/base/host.ts). What is sent to a side that is gone is lost: the channel is
// closed when the end is seen, which fails the requests.

/** To a child that was spawned with `ipc` and `advanced` serialization: JSON would turn NaN into null. The caller closes it. */
export function channelToChild(child: ChildProcess, options: EndOptions = {}): Channel {
  const channel = new Channel({
    ...options,
    send: (message) => child.connected && child.send(message, () => undefined),
  });
  child.on('message', (message) => channel.receive(message));
  return channel;
}

/** The child's end. */
export function channelToParent(options: EndOptions): Channel {
  const channel = new Channel({ ...options, send: (message) => process.send?.(message) });
  process.on('message', (message) => channel.receive(message));
  return channel;
}

/** To a thread; closed when it ends. */
export function channelToThread(worker: Worker, options: EndOptions = {}): Channel {
  const channel = new Channel({
    ...options,
    send: (message, buffers) => worker.postMessage(message, buffers),
  });
  worker.on('message', (message) => channel.receive(message));
  worker.once('error', (error: Error) => channel.close(error));
  worker.once('exit', (code) =>
    channel.close(new WordedError(words('the thread ended with code {0}', code))),
  );
  return channel;
}

/** The thread's end. Made when it can serve: the time for an answer does not begin before. */
export function channelToHost(options: EndOptions): Channel {
  const channel = new Channel({
    ...options,
    send: (message, buffers) => parentPort?.postMessage(message, buffers),
  });
  parentPort?.on('message', (message) => channel.receive(message));
  return channel;
}

/** To a program that reads and writes a line of JSON for each message. The caller closes it. */
export function channelOfLines(to: Writable, from: Readable, options: EndOptions): Channel {
  to.on('error', () => undefined);
  const channel = new Channel({ ...options, send: (message) => to.write(`${JSON.stringify(message)}\n`) });
  createInterface({ input: from }).on('line', (line) => channel.receive(parseJson(line)));
  return channel;
}
