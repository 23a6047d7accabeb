import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from '../harness';

let dir = '';
const at = (name: string): string => path.join(dir, name);
beforeAll(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), 'pitwall-named-'));
  writeFileSync(at('a.train.yaml'), 'trainer: builtin\nmodel: nano\ndata: coco8.yaml\nepochs: 2\n');
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const draw = (file: string) => cli(['schedule', 'a.train.yaml', '--svg', file], dir);

describe('a file that a person names for a result', () => {
  it('is replaced by the next one', async () => {
    for (const _ of [1, 2]) expect((await draw('a.svg')).code).toBe(0);
    expect(readFileSync(at('a.svg'), 'utf8')).toMatch(/^<svg/);
  });

  it('is not one of another kind, which may be what was read', async () => {
    const before = readFileSync(at('a.train.yaml'), 'utf8');
    const { code, err } = await draw('a.train.yaml');
    expect([code, err]).toEqual([
      2,
      expect.stringContaining(
        '--svg: a.train.yaml: is there already, and not as a file of this kind (.svg): it is not overwritten',
      ),
    ]);
    expect(readFileSync(at('a.train.yaml'), 'utf8')).toBe(before);
  });

  it('is not a folder', async () => {
    expect((await draw('.')).err).toContain('--svg: .: is a folder; a file was expected');
  });

  it('is one below a folder that is made, or the reason why it cannot be', async () => {
    expect((await draw('a.svg/b.svg')).err).toContain('--svg: a.svg/b.svg: a part of the path is a file');
  });

  it.skipIf(process.platform === 'win32')(
    'is what a link leads to, also a file that is not there yet',
    async () => {
      symlinkSync('real.svg', at('link.svg'));
      expect((await draw('link.svg')).code).toBe(0);
      expect(readFileSync(at('real.svg'), 'utf8')).toMatch(/^<svg/);
      symlinkSync('round.svg', at('round.svg'));
      expect((await draw('round.svg')).code).toBe(2);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'is neither a pipe, which would be waited for, nor a device',
    async () => {
      execFileSync('mkfifo', [at('pipe.svg')]);
      symlinkSync('/dev/null', at('null.svg'));
      for (const name of ['pipe.svg', 'null.svg'])
        expect((await draw(name)).err).toContain(
          `--svg: ${name}: is a pipe or a device; a file was expected`,
        );
      expect(statSync(at('pipe.svg')).isFIFO()).toBe(true);
      expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
    },
  );
});

it('an empty path is not the folder that the command is called in', async () => {
  const { code, err } = await cli(['init', ''], dir);
  expect([code, err]).toEqual([2, expect.stringContaining('expected a path, but it is empty')]);
  const runs = await cli(['train', 'a.train.yaml', '--runs', ''], dir);
  expect([runs.code, runs.err]).toEqual([2, expect.stringMatching(/--runs <dir>.*expected a path/)]);
  expect(existsSync(at('data.yaml'))).toBe(false);
});
