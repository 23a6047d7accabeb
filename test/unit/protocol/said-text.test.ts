import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../src/base/translate';
import { isWords, quoted, type Words, words } from '../../../src/base/words';
import { parseExperiment } from '../../../src/domain/experiment/parse';
import { alertText, isOffered, saidText } from '../../../src/protocol/alert-text';
import { zSaid } from '../../../src/run/schema';
import { syntheticRun } from '../../helpers/synthetic-run';

const chinese = createTranslate({
  'epoch {0} is lost': '第 {0} 轮丢失',
  'try {0}': '请试 {0}',
  '{0}; {1}': '{0}；{1}',
});
const lost = words('epoch {0} is lost', 3);
const again = (inner: Words | string, times: number): Words => words('{0}'.repeat(times), inner);

describe('a sentence of a run’s file', () => {
  it('is shown in the reader’s language', () => {
    expect(saidText({ message: 'epoch 3 is lost', said: lost }, chinese)).toBe('第 3 轮丢失');
    const alert = {
      t: 0,
      severity: 'error',
      message: 'epoch 3 is lost; try 4',
      said: lost,
      next: words('try {0}', 4),
    } as const;
    expect(alertText(alert, chinese)).toBe('第 3 轮丢失；请试 4');
  });

  it('is the message if its words say something else than the message', () => {
    const forged = quoted('all is well');
    expect(saidText({ message: 'the trainer was killed', said: forged }, chinese)).toBe(
      'the trainer was killed',
    );
    const alert = { t: 0, severity: 'error', message: 'the loss is NaN', said: forged } as const;
    expect(alertText(alert, chinese)).toBe('the loss is NaN');
  });

  it('is not read if a few kB of it are megabytes when said', () => {
    const bomb = again(again(again('A'.repeat(1000), 333), 333), 3);
    expect(JSON.stringify(bomb).length).toBeLessThan(4000);
    expect(zSaid.parse(bomb)).toBeUndefined();
    expect(isWords(bomb)).toBe(false);
    expect(zSaid.parse(again(lost, 20))).toEqual(again(lost, 20));
  });
});

it('an alarm of a program of the user’s offers nothing that its trainer refuses', () => {
  const { run } = syntheticRun({ steps: 0 });
  const text = 'trainer: command\ncommand: {run: [x]}\nmodel: x\ndata: x\nepochs: 1\n';
  const { draft: resolved } = parseExperiment(text, { file: 'x' });
  const program: typeof run = { ...run, experiment: { ...run.experiment, resolved } };
  const offered = (of: typeof run): boolean[] =>
    (['rewind', 'pause', 'find_lr', 'stop', 'open_log'] as const).map((action) =>
      isOffered(action, of, true),
    );
  expect(offered(program)).toEqual([false, false, false, true, true]);
  expect(offered(run)).toEqual([true, true, true, true, true]);
});
