import { describe, expect, it } from 'vitest';
import { deferred } from '../../../src/base/async';
import { inEnglish, words } from '../../../src/base/words';
import { isPassing, Supervisor, type Trouble, type Work } from '../../../src/keeper/supervisor';

const failure = (message: string, code?: string): Error => Object.assign(new Error(message), { code });

/** Starts work and returns how it ended and what was reported on the way. */
async function outcomeOf(work: Partial<Work<string>> & Pick<Work<string>, 'run'>) {
  const told: Trouble[] = [];
  const end = deferred<string>();
  const supervisor = new Supervisor((trouble) => told.push(trouble));
  supervisor.start({
    name: words('the work'),
    done: (value) => end.resolve(`done ${value}`),
    failed: ({ message }) => end.resolve(`failed ${message}`),
    ...work,
  });
  const ended = await end.promise;
  supervisor.dispose();
  return { ended, told: told.map(({ error, retryMs }) => [error.message, retryMs]) };
}

/** Fails so many times, then succeeds. */
function failing(times: number, error = failure('no')): () => Promise<string> {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return 'well';
  };
}

describe('work that the keeper starts', () => {
  it('hands on what it answers', async () =>
    expect(await outcomeOf({ run: async () => 'x' })).toEqual({ ended: 'done x', told: [] }));

  it('that fails is reported and becomes what `failed` makes of it', async () =>
    expect(await outcomeOf({ run: failing(1) })).toEqual({ ended: 'failed no', told: [['no', undefined]] }));

  it('that throws before it is asynchronous is treated alike', async () => {
    const run = (): Promise<string> => {
      throw failure('at once');
    };
    expect((await outcomeOf({ run })).ended).toBe('failed at once');
  });

  it('is tried again after each pause, and every try is reported', async () => {
    const { ended, told } = await outcomeOf({ run: failing(2), retryAfterMs: [1, 2, 3] });
    expect(ended).toBe('done well');
    expect(told).toEqual([
      ['no', 1],
      ['no', 2],
    ]);
  });

  it('is given up after the last pause', async () => {
    const { ended, told } = await outcomeOf({ run: failing(9), retryAfterMs: [1, 1] });
    expect(ended).toBe('failed no');
    expect(told.map(([, retryMs]) => retryMs)).toEqual([1, 1, undefined]);
  });

  it('is not tried again if that cannot help', async () => {
    const run = failing(1, failure('a file stands there', 'EEXIST'));
    const { ended } = await outcomeOf({ run, retryAfterMs: [1], mayPass: isPassing });
    expect(ended).toBe('failed a file stands there');
    expect(isPassing(new Error('outer', { cause: failure('full', 'ENOSPC') }))).toBe(true);
  });

  it('that waits for another try is given up when the keeper ends', async () => {
    const failed = deferred<string>();
    const supervisor = new Supervisor(() => undefined);
    const work = { name: words('w'), run: failing(1), done: () => undefined, retryAfterMs: [3_600_000] };
    const told = deferred<undefined>();
    const waiting = new Supervisor(() => told.resolve(undefined));
    waiting.start({ ...work, failed: ({ message }) => failed.resolve(message) });
    await told.promise;
    waiting.dispose();
    supervisor.dispose();
    expect(await failed.promise).toBe('no');
  });

  it('whose consequences fail is reported, and not done twice', async () => {
    let runs = 0;
    const told = deferred<string>();
    const supervisor = new Supervisor(({ error }) => told.resolve(error.message));
    supervisor.start({
      ...{ name: words('w'), retryAfterMs: [1], failed: () => undefined },
      run: async () => ++runs,
      done: () => {
        throw failure('no room for the answer');
      },
    });
    expect(await told.promise).toBe('no room for the answer');
    supervisor.dispose();
    expect(runs).toBe(1);
  });
});

describe('a step of a turn', () => {
  it('that throws is reported, and the next one runs', async () => {
    const told: string[] = [];
    const supervisor = new Supervisor(({ name, error }) => told.push(`${inEnglish(name)}: ${error.message}`));
    await supervisor.guard(words('first'), () => {
      throw failure('no');
    });
    await supervisor.guard(words('second'), async () => {
      told.push('second was taken');
    });
    supervisor.dispose();
    expect(told).toEqual(['first: no', 'second was taken']);
  });
});
