import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { EndOptions } from '../../../../src/protocol/channel';
import { channelOfLines, channelToThread } from '../../../../src/protocol/node/transports';
import { repositoryRoot } from '../../../helpers/shared';

const program = path.join(repositoryRoot, 'test/fixtures/processes/thread.mjs');

function lines(left: EndOptions, right: EndOptions) {
  const [there, back] = [new PassThrough(), new PassThrough()];
  return { back, a: channelOfLines(there, back, left), b: channelOfLines(back, there, right) };
}

describe('a channel over lines', () => {
  it('answers, fails and carries events', async () => {
    const events: unknown[] = [];
    const handlers = { double: (n: unknown) => Number(n) * 2 };
    const { a, b } = lines({ onEvent: (...event) => events.push(event) }, { handlers });
    await b.ready;
    b.event('ready', { torch: '2.1' });
    await expect(a.request('double', 21)).resolves.toBe(42);
    await expect(a.request('halve', 21)).rejects.toThrow('no handler for halve');
    expect(events).toEqual([['ready', { torch: '2.1' }]]);
  });

  it('ignores what a library prints between', async () => {
    const { back, a } = lines({}, { handlers: { ok: () => 'fine' } });
    back.write('Downloading yolov8n.pt\n[]\n7\n{"kind"\n');
    await expect(a.request('ok', null)).resolves.toBe('fine');
  });

  it('survives a pipe that breaks; its requests fail when the end is seen', async () => {
    const broken = new Writable({ write: (_, __, done) => done(new Error('EPIPE')) });
    const a = channelOfLines(broken, new PassThrough(), {});
    a.receive({ kind: 'hello', version: 1 });
    const pending = a.request('never', null);
    a.close(new Error('the exporter was ended by SIGKILL'));
    await expect(pending).rejects.toThrow('the exporter was ended by SIGKILL');
  });
});

describe('a channel to a thread', () => {
  const ask = async (what: string): Promise<unknown> => {
    const worker = new Worker(program);
    try {
      return await channelToThread(worker).request('answer', what);
    } finally {
      await worker.terminate();
    }
  };

  it('fails its requests with what the thread died of, or how it ended', async () => {
    expect(await ask('echo')).toBe('echo');
    await expect(ask('refuse')).rejects.toThrow('it cannot');
    await expect(ask('fail')).rejects.toThrow('it failed');
    await expect(ask('leave')).rejects.toThrow('the thread ended with code 3');
  });
});
