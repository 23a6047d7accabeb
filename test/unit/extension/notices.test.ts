import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { noticeLines, noticeText } from '../../../src/base/visible';
import { repositoryRoot } from '../../helpers/shared';

/** How VS Code finds links in notifications (base/common/linkedText.ts). */
const LINK = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;

describe('a text in a notification', () => {
  it('holds no link and no command', () => {
    for (const address of [
      'command:workbench.action.terminal.new',
      'https://example.com',
      'file:///etc/passwd',
    ])
      for (const text of [`[x](${address})`, `NaN [x](${address} "title")`, `[[x](${address})](${address})`])
        expect(noticeText(text)).not.toMatch(LINK);
  });

  it('is one line of bounded length, without icons', () => {
    expect(noticeText('a\nb\u001b[2J $(error)')).toBe('a\\nb\\x1b[2J $ (error)');
    expect(noticeText('x'.repeat(100_000)).length).toBeLessThan(1000);
    expect(noticeText('x'.repeat(700))).toMatch(/x… \(\+100\)$/);
    expect(noticeLines('It runs: a\nIt works in: b')).toBe('It runs: a\nIt works in: b');
  });

  it('goes through one door', () => {
    const folder = path.join(repositoryRoot, 'src/extension');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.ts'));
    const raw =
      /vscode\.window\.(show(Warning|Information|Error)Message|showQuickPick|createQuickPick|setStatusBarMessage)/;
    const users = files.filter((file) => raw.test(readFileSync(path.join(folder, file), 'utf8')));
    expect(users).toEqual(['notices.ts']);
  });

  it('and so do tooltips of the trees, which show titles, notes and reasons', () => {
    const folder = path.join(repositoryRoot, 'src/extension/trees');
    for (const file of readdirSync(folder))
      expect(readFileSync(path.join(folder, file), 'utf8'), file).not.toMatch(
        /MarkdownString\(|\.appendText\(/,
      );
  });
});
