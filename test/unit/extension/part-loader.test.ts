import { describe, expect, it } from 'vitest';
import { once } from '../../../src/base/async';
import { DisposableStore } from '../../../src/base/disposable';
import { createLoader } from '../../../src/extension/part-loader';

const t = (message: string, ...args: unknown[]): string => message.replace('{0}', String(args[0]));

describe('the loader of parts', () => {
  it('loads one part a turn, in the order they were asked for', async () => {
    const load = createLoader(t, () => undefined);
    const happened: string[] = [];
    const part = (name: string) => async () => {
      happened.push(name);
      // It comes before the next part only if that waits for its own turn.
      setImmediate(() => happened.push(`turn after ${name}`));
    };
    await Promise.all([load(part('a')), load(part('b'))]);
    expect(happened).toEqual(['a', 'turn after a', 'b']);
  });

  it('tells a trouble once, in one line with its cause, and hands it to everyone who asked', async () => {
    const errors: Error[] = [];
    const load = createLoader(t, (error) => errors.push(error));
    const broken = () => Promise.reject(new Error('Cannot find ./x.js\nRequire stack:\n- y.js'));
    const ask = () => load(broken).then(String, (error: unknown) => error);
    const answers = [await ask(), await ask()];
    expect(errors.map((error) => error.message)).toEqual([
      'A part of Pitwall could not be loaded: Cannot find ./x.js',
    ]);
    expect(answers[0]).toBe(errors[0]);
    expect(answers[1]).toMatchObject({ message: errors[0].message, cause: { message: /Require stack/ } });
  });

  it('goes on after a part that failed', async () => {
    const load = createLoader(t, () => undefined);
    const failed = load(() => Promise.reject(new Error('gone'))).catch(() => 'failed');
    const next = load(async () => 'loaded');
    expect(await Promise.all([failed, next])).toEqual(['failed', 'loaded']);
  });

  it('leaves nothing behind if the extension goes while a part is being loaded', async () => {
    const store = new DisposableStore();
    const load = createLoader(t, () => undefined);
    let disposed = 0;
    const open = once(async () => {
      const make = await load(async () => () => ({ dispose: () => disposed++ }));
      return store.track(make());
    });
    const opening = open();
    store.dispose();
    await opening;
    expect(disposed).toBe(1);
  });
});

describe('what is made once', () => {
  it('is the same for all who ask', async () => {
    let made = 0;
    const get = once(async () => ++made);
    expect(await Promise.all([get(), get()])).toEqual([1, 1]);
    expect(await get()).toBe(1);
  });

  it('is made anew after it failed', async () => {
    let tries = 0;
    const get = once(async () => {
      if (++tries === 1) throw new Error('first');
      return tries;
    });
    await expect(get()).rejects.toThrow('first');
    expect(await get()).toBe(2);
  });
});
