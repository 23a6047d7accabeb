import { expect, it } from 'vitest';
import { quoted } from '../../../../src/engine/process/quoted';

it('quotes a path so that it can be pasted', () => {
  const check = (text: string, platform: NodeJS.Platform, expected: string): void =>
    expect(quoted(text, platform)).toBe(expected);
  check('runs/pcb-1', 'linux', 'runs/pcb-1');
  check("my data/it's.yaml", 'linux', "'my data/it'\\''s.yaml'");
  check('$HOME/x', 'linux', "'$HOME/x'");
  check('C:\\ws\\pcb\\a.yaml', 'win32', 'C:\\ws\\pcb\\a.yaml');
  check('C:\\ws\\pcb demo\\a.yaml', 'win32', '"C:\\ws\\pcb demo\\a.yaml"');
});

it('lets PowerShell run nothing of a name', () => {
  expect(quoted('x$(calc)', 'win32')).toBe('"x?(calc)"');
  expect(quoted('x`n”; calc; “', 'win32')).toBe('"x?n?; calc; ?"');
});
