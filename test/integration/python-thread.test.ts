// cspell:ignore Kein
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LIGHT_COLOURS } from '../../src/domain/schedule/svg-frame';
import { DeadlineThread } from '../../src/engine/process/deadline-thread';
import type { PythonAnswer, PythonQuestion } from '../../src/extension/editor/python-thread';
import { repositoryRoot } from '../helpers/shared';

const folder = path.join(repositoryRoot, 'dist');
const TABLE = { 'No warm-up.': 'Kein Warm-up.' };

const thread = new DeadlineThread<PythonQuestion, PythonAnswer>({
  program: path.join(folder, 'python-worker.js'),
  workerData: { folder, table: TABLE },
  deadlineMs: 60_000,
  memoryMb: 256,
});
afterAll(() => thread.dispose());

async function look(text: string, mark: string): Promise<PythonAnswer> {
  const question = { name: 'a.py', text, offset: text.lastIndexOf(mark) + 1, colours: LIGHT_COLOURS };
  const said = await thread.ask(question);
  if (said?.kind !== 'answer') throw new Error(`no answer, but ${JSON.stringify(said)}`);
  return said.answer;
}

describe('the thread that reads Python files', () => {
  it('gives a drawn curve with its words in the language of the host', async () => {
    const { found } = await look('s = CosineAnnealingLR(SGD(p, lr=0.1), T_max=50)\n', 'Cosine');
    expect(found?.kind === 'curve' && found.svg).toMatch(/^<svg/);
    expect(found?.kind === 'curve' && found.words).toBe(
      'Kein Warm-up. LR 0.1 at first, 0.1 at its highest (step 0), 0.00009866 at the end of 50 steps.',
    );
  });

  it('follows a text that is changed in several places', async () => {
    const text = 'lr = 0.1\ns = StepLR(SGD(p, lr=lr), 30)\ntotal_steps = 60\n';
    expect((await look(text, 'StepLR')).found).toMatchObject({ start: 13 });
    const changed = `# first\n${text.replace('0.1', '0.25').replace('60', '90')}`;
    const { found } = await look(changed, 'StepLR');
    expect(found).toMatchObject({ start: 22, words: expect.stringContaining('LR 0.25 at first') });
    expect(await look(`# first\n${text}`.slice(0, 30), 'Step')).toMatchObject({ hasErrors: true });
  });

  it('answers what took 15 s and 1.5 GB', async () => {
    const doubled = Array.from({ length: 20 }, (_, i) => `a${i + 1} = a${i} + a${i}\n`).join('');
    const text = `a0 = [1]\n${doubled}x = [] * 100000000\ns = MultiStepLR(opt, milestones=a20 + x)\n`;
    const { found } = await look(text, 'MultiStep');
    expect(found?.notes).toContain('milestones are not known: left out.');
  });

  it('reads a call that trains as the text of an experiment', async () => {
    const { found } = await look("YOLO('a.pt').train(data='d.yaml', epochs=3 * 4)\n", 'epochs');
    expect(found).toMatchObject({ kind: 'train', key: 'epochs' });
  });
});
