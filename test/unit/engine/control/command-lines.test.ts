import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../../src/cli/command-table';
import { commandLines, platformOfShell } from '../../../../src/engine/control/command-lines';

const experiment = '/ws/pcb.train.yaml';
const run = (standing: 'live' | 'ended' | 'archived', dir = '/ws/runs/pcb-1') =>
  commandLines({ kind: 'run', dir, standing, experiment }, 'linux');

describe('actions as command lines', () => {
  it('offers of a run what its state allows', () => {
    expect(run('live')).toContain('pitwall stop /ws/runs/pcb-1 --after-epoch');
    expect(run('live').some((line) => line.startsWith('pitwall rm'))).toBe(false);
    expect(run('ended')).toContain('pitwall rewind /ws/runs/pcb-1');
    expect(run('ended').some((line) => line.startsWith('pitwall stop'))).toBe(false);
    expect(run('archived')[0]).toBe('pitwall archive /ws/runs/pcb-1 --undo');
    expect(run('ended').at(-1)).toBe('pitwall train /ws/pcb.train.yaml');
  });

  it('quotes every place for the shell, also one with characters that replace() knows', () => {
    expect(run('ended', "/it's $& x/r")).toContain("pitwall show '/it'\\''s $& x/r'");
    const file = 'C:\\my ws\\a$(calc).sweep.yaml';
    expect(commandLines({ kind: 'sweep', file }, 'win32')).toEqual([
      'pitwall sweep "C:\\my ws\\a?(calc).sweep.yaml"',
    ]);
  });

  it('never lets a name press Enter', () => {
    const lines = run('live', '/ws/a\u001b[201~\nrm -rf x');
    expect(lines.filter((line) => /\p{Cc}/u.test(line))).toEqual([]);
  });

  it('names commands that the terminal has', () => {
    const subjects = [
      { kind: 'experiment', file: experiment } as const,
      { kind: 'sweep', file: 's' } as const,
    ];
    const lines = [
      ...(['live', 'ended', 'archived'] as const).flatMap((standing) => run(standing)),
      ...subjects.flatMap((subject) => commandLines(subject, 'linux')),
    ];
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) expect(COMMANDS).toHaveProperty([line.split(' ')[1]]);
  });
});

describe('the shell of the editor', () => {
  it('is known by its file', () => {
    expect(platformOfShell('C:\\Program Files\\Git\\bin\\bash.exe', 'win32')).toBe('linux');
    expect(platformOfShell('/usr/bin/pwsh', 'linux')).toBe('win32');
    expect(platformOfShell('C:\\Windows\\System32\\cmd.exe', 'win32')).toBe('win32');
    expect(platformOfShell('/usr/bin/fish', 'darwin')).toBe('linux');
    expect(platformOfShell('', 'win32')).toBe('win32');
  });
});
