import { describe, expect, it } from 'vitest';
import { barLine } from '../../../../src/cli/output/progress';
import { displayWidth, formatTable } from '../../../../src/cli/output/table';
import { styleMark } from '../../../../src/cli/output/terminal-text';

describe('formatTable', () => {
  it('aligns columns and leaves no space at line ends', () => {
    const columns = [{ title: 'name' }, { title: 'n', align: 'right' as const }, { title: '' }];
    expect(
      formatTable(columns, [
        ['a', '10', ''],
        ['longer', '7', '*'],
      ]),
    ).toEqual(['name     n', 'a       10', 'longer   7  *']);
  });
  it('cuts the middle of a text as long as a class may be named, and never a remark', () => {
    const long = `${'a'.repeat(1500)}${'短'.repeat(1499)}z`;
    const columns = [{ title: 'class' }, { title: long }, { title: '' }];
    const table = formatTable(columns, [[long, styleMark(1) + long + styleMark(22), long]]);
    const cut = `${'a'.repeat(44)}…${'短'.repeat(7)}z`;
    expect(displayWidth(cut)).toBe(60);
    expect(table).toEqual([`class${' '.repeat(55)}  ${cut}`, [cut, cut, long].join('  ')]);
  });
  it('counts wide letters as two cells and marks as none', () => {
    expect(displayWidth('短路')).toBe(4);
    expect(displayWidth(`${styleMark(1)}bold${styleMark(22)}`)).toBe(4);
  });
});

describe('barLine', () => {
  const text = { left: 'epoch 1/2', right: 'ETA 3 s' };
  it('fills the bar by the share', () => {
    expect(barLine(0.5, text, 28)).toBe('epoch 1/2 ━━━━━───── ETA 3 s');
  });
  it('drops the bar and cuts the text if there is no room', () => {
    expect(barLine(0.5, text, 16)).toBe('epoch 1/2 ETA 3 ');
  });
});
