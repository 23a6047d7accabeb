// cspell:ignore müll
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wholeExperiment, wholeRunFile } from '../../helpers/whole-experiment';
import { cli, lines } from './harness';

const DAMAGED = {
  file: 'a',
  text: '',
  resolved: { ...wholeExperiment(), imgsz: '64' as unknown as number },
};

// A runs folder with garbage in it, as its user meets it: exit code 2 and one line that names the file, never a stack.
const GARBAGE: Readonly<Record<string, string | Buffer>> = {
  torn: '{"format":1,"id":"x"',
  empty: '',
  bytes: Buffer.from([0, 255, 254, 1, 2]),
  future: '{"format":99}',
  other: '[1, 2]',
  partial: '{"format":1,"id":"x"}',
  foreign: JSON.stringify({
    ...wholeRunFile(),
    experiment: { file: 'a', text: '', resolved: { epochs: 3 } },
  }),
  damaged: JSON.stringify(wholeRunFile({ experiment: DAMAGED })),
};
let home = '';
beforeAll(() => {
  home = mkdtempSync(path.join(tmpdir(), 'pitwall müll '));
  for (const [name, content] of Object.entries(GARBAGE)) {
    mkdirSync(path.join(home, 'runs', name), { recursive: true });
    writeFileSync(path.join(home, 'runs', name, 'run.json'), content);
  }
  mkdirSync(path.join(home, 'runs', 'folder', 'run.json'), { recursive: true });
  writeFileSync(path.join(home, 'runs', 'a file'), 'x');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('a run folder that cannot be read', () => {
  it.each(Object.keys(GARBAGE))('%s: every command refuses it in one line', async (name) => {
    const commands = [
      ['show', name],
      ['show', name, '--json'],
      ['watch', name],
      ['stop', name],
      ['pause', name],
      ['continue', name],
      ['set', name, 'lr=0.1'],
      ['export', name, '--csv'],
      ['compare', name, name],
      ['validate', '--run', name],
      ['train', '--resume', name],
    ];
    for (const argv of commands) {
      const { code, out, err } = await cli(argv, home);
      expect([argv.join(' '), code, out, lines(err).length]).toEqual([argv.join(' '), 2, '', 1]);
      expect(err).toContain(path.join(home, 'runs', name, 'run.json'));
    }
  });

  it('is a warning in a list, which names the file', async () => {
    const { code, out, err } = await cli(['list'], home);
    expect([code, out]).toEqual([0, 'no runs\n']);
    expect(lines(err)).toHaveLength(Object.keys(GARBAGE).length + 1);
    for (const line of lines(err)) expect(line).toMatch(/^warning: .*run\.json: /);
  });

  it('a file is not a runs folder', async () => {
    expect(await cli(['list', 'runs/a file'], home)).toEqual({
      code: 2,
      out: '',
      err: 'runs/a file: is a file, a folder was expected\n',
    });
  });
});
