// cspell:ignore askkill
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { identityOf } from '../../../../src/engine/process/identity';
import { powershellProgram, taskkillProgram } from '../../../../src/engine/process/process-table';
import { carriesRun, isInEnvironment, namesFolder } from '../../../../src/engine/process/run-environment';
import { livesForRun, trainersOfRun } from '../../../../src/engine/process/run-processes';

const RUN = { id: 'carries-run-test', folder: 'file:42', dir: '/runs/a' };
const COPY = { ...RUN, folder: 'file:43', dir: '/runs/copy' };

describe('a process', () => {
  let child: ChildProcess;
  beforeEach(async () => {
    const env = {
      PATH: process.env.PATH,
      PITWALL_RUN: RUN.id,
      PITWALL_FOLDER: RUN.folder,
      PITWALL_ROLE: 'trainer',
    };
    child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1e6)'], { env, stdio: 'ignore' });
    await once(child, 'spawn');
  });
  afterEach(async () => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  });

  it.skipIf(process.platform !== 'linux')(
    'is of the run whose id and folder it carries, and of no copy of it',
    async () => {
      const pid = child.pid ?? 0;
      expect([await carriesRun(pid, RUN), await carriesRun(pid, COPY)]).toEqual([true, false]);
      expect(await carriesRun(pid, { ...RUN, id: 'another' })).toBe(false);
      expect(trainersOfRun(RUN).map((p) => p.pid)).toEqual([pid]);
      expect(trainersOfRun(COPY)).toEqual([]);
    },
  );

  it.skipIf(process.platform !== 'linux')('is not believed to be of a run because a file says so', () => {
    const own = identityOf(process.pid);
    expect(livesForRun(own, RUN)).toBe(false);
    expect(livesForRun(identityOf(child.pid ?? 0), RUN)).toBe(true);
  });

  it.skipIf(process.platform !== 'linux')('recognizes it if only ps shows environments, too', () => {
    const text = execFileSync('ps', ['eww', '-o', 'command=', '-p', String(child.pid)], { encoding: 'utf8' });
    expect([isInEnvironment(text, RUN), isInEnvironment(text, COPY)]).toEqual([true, false]);
    expect(isInEnvironment(text, { ...RUN, id: 'carries-run' })).toBe(false);
    expect(isInEnvironment(`program PITWALL_RUN=${RUN.id} HOME=/`, COPY)).toBe(true);
  });

  it('is not of a run whose folder only begins like its own', () => {
    const check = (folder: string, expected: boolean): void => {
      const text = `node keeper.js PITWALL_RUN=${RUN.id} PITWALL_FOLDER=${folder} PITWALL_ROLE=trainer`;
      expect(isInEnvironment(text, RUN)).toBe(expected);
    };
    check('file:42', true);
    check('file:421', false);
    check('file:42 2', false);
    expect(
      isInEnvironment(`a PITWALL_RUN=${RUN.id} PITWALL_FOLDER=path:/my runs/r 1\n`, {
        ...RUN,
        folder: 'path:/my runs/r 1',
      }),
    ).toBe(true);
  });
});

describe('on Windows, which shows no environment', () => {
  it('a process is known by the folder on its command line', () => {
    const check = (line: string, expected: boolean): void =>
      expect(namesFolder(line, { ...RUN, dir: 'C:\\runs\\a' })).toBe(expected);
    check('node.exe C:\\x\\keeper.js c:\\runs\\A --start', true);
    check('notepad.exe C:\\runs\\b', false);
    check('', false);
  });

  it('programs of the system are started by their full paths', () => {
    const env = { SystemRoot: 'D:\\Windows' };
    expect(taskkillProgram(env)).toBe('D:\\Windows\\System32\\taskkill.exe');
    expect(powershellProgram(env)).toBe('D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
  });
});
