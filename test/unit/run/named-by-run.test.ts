import { describe, expect, it } from 'vitest';
import type { RunFile } from '../../../src/run/files';
import { namedByRun } from '../../../src/run/named-by-run';
import { wholeExperiment } from '../../helpers/whole-experiment';

const named = (resolved: object, run: object = {}) => {
  const experiment = { file: 'x', text: '', resolved: { ...wholeExperiment(), ...resolved } };
  return namedByRun({ cwd: '/work', experiment, ...run } as RunFile);
};
const command = (settings: object) => ({
  trainer: 'command',
  command: { run: ['python', 'train.py'], env: {}, reads: 'jsonl', metrics: {}, ...settings },
});

describe('what is shown before a run is acted on', () => {
  it('names variables, which make a harmless program run another', () => {
    const { program } = named(command({ env: { LD_PRELOAD: './evil.so' } }));
    expect(program).toBe('LD_PRELOAD=./evil.so python train.py');
  });

  it('names the folder that the program itself works in', () => {
    expect(named(command({ cwd: '../elsewhere' })).folder).toBe('../elsewhere (from /work)');
    expect(named(command({})).folder).toBe('/work');
  });

  it('names the weights that Python would open', () => {
    expect(named({ trainer: 'ultralytics', model: './evil.pt' }).model).toBe('./evil.pt');
    expect(named({ trainer: 'builtin', model: 'nano' }).model).toBeUndefined();
  });

  it('is one line each, so that no text begins a line that says something else', () => {
    const { program, data } = named({
      ...command({ run: ['evil\nIts interpreter: /usr/bin/python3'] }),
      data: 'a\u202eb\nIt works in: /',
    });
    expect(program).toBe('evil\\nIts interpreter: /usr/bin/python3');
    expect(data).toBe('a\\u202eb\\nIt works in: /');
  });
});
