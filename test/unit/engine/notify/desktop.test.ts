import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { inEnglish } from '../../../../src/base/words';
import { showToast, toastProgram } from '../../../../src/engine/notify/send';

const folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-toast-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const toast = { title: 'Pitwall: it’s "over"', text: '-x $(id) <b>; `id`', urgent: true };
const { signal } = new AbortController();

function install(script: string): void {
  const file = path.join(folder, 'notify-send');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

async function withPath<T>(run: () => Promise<T>): Promise<T> {
  const { PATH } = process.env;
  process.env.PATH = folder;
  try {
    return await run();
  } finally {
    process.env.PATH = PATH;
  }
}

it.skipIf(process.platform !== 'linux')(
  'what is shown on Linux is an argument of notify-send, whatever it says',
  async () => {
    const out = path.join(folder, 'out');
    install(`for one in "$@"; do printf '%s\\n' "$one" >> ${out}; done`);
    expect(await withPath(() => showToast(toast, signal))).toBeUndefined();
    expect(readFileSync(out, 'utf8').split('\n')).toEqual([
      '--app-name=Pitwall',
      '--urgency=critical',
      '--',
      toast.title,
      '-x $(id) &lt;b&gt;; `id`',
      '',
    ]);
  },
);

it.skipIf(process.platform !== 'linux')('a desktop that is not there is one line', async () => {
  install('echo "no session bus" >&2; exit 1');
  const why = await withPath(() => showToast(toast, signal));
  expect(why && inEnglish(why)).toBe('notify-send failed: no session bus');
  rmSync(path.join(folder, 'notify-send'));
  const missing = await withPath(() => showToast(toast, signal));
  expect(missing && inEnglish(missing)).toContain('notify-send is not on PATH');
});

it('on macOS and Windows no text of a run is part of a script', () => {
  const mac = toastProgram(toast, 'darwin', {});
  expect(mac?.file).toBe('/usr/bin/osascript');
  expect(mac?.args.slice(-2)).toEqual([toast.title, toast.text]);
  const windows = toastProgram(toast, 'win32', { SystemRoot: 'D:\\Windows' });
  expect(windows?.file).toBe('D:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe');
  expect(windows?.env).toEqual({ PITWALL_TOAST_TITLE: toast.title, PITWALL_TOAST_TEXT: toast.text });
  const script = Buffer.from(windows?.args.at(-1) ?? '', 'base64').toString('utf16le');
  expect(script).toContain('CreateTextNode($env:PITWALL_TOAST_TEXT)');
  expect(script).not.toContain('over');
});
