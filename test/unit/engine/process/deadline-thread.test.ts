import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DeadlineThread } from '../../../../src/engine/process/deadline-thread';
import { repositoryRoot } from '../../../helpers/shared';

const program = path.join(repositoryRoot, 'test/fixtures/processes/thread.mjs');

type What = 'echo' | 'hang' | 'refuse' | 'fail' | 'leave' | 'fill';

async function kinds(questions: readonly What[]): Promise<readonly string[]> {
  const thread = new DeadlineThread<What, string>({ program, deadlineMs: 3000, memoryMb: 32 });
  try {
    const said = await Promise.all(questions.map((question) => thread.ask(question)));
    return said.map((one) => one?.kind ?? 'not asked');
  } finally {
    thread.dispose();
  }
}

describe('a thread with a deadline', () => {
  it('answers one question after another', async () => {
    expect(await kinds(['echo', 'echo', 'echo'])).toEqual(['answer', 'answer', 'answer']);
  });

  it('is ended if an answer takes too long, and answers the next question anew', async () => {
    expect(await kinds(['echo', 'hang', 'echo'])).toEqual(['answer', 'late', 'answer']);
  });

  it('is ended if it takes too much memory, or fails, and answers the next question anew', async () => {
    const bad: readonly What[] = ['fill', 'refuse', 'fail', 'leave'];
    const said = await kinds(bad.flatMap((what): What[] => [what, 'echo']));
    expect(said).toEqual(bad.flatMap(() => ['failed', 'answer']));
  });

  it('is not asked what is no longer awaited', async () => {
    const thread = new DeadlineThread<What, string>({ program, deadlineMs: 3000, memoryMb: 32 });
    const first = thread.ask('echo');
    const gone = thread.ask('hang', () => false);
    expect([(await first)?.kind, await gone]).toEqual(['answer', undefined]);
    thread.dispose();
    expect(await thread.ask('echo')).toBeUndefined();
  });

  it('says what it died of if its program is missing', async () => {
    const thread = new DeadlineThread<What, string>({
      program: `${program}.js`,
      deadlineMs: 3000,
      memoryMb: 32,
    });
    const said = await thread.ask('echo');
    thread.dispose();
    expect(said?.kind === 'failed' && said.error.message).toContain('thread.mjs.js');
  });
});
