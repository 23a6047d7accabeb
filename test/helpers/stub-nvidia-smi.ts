import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * A program `nvidia-smi` in `folder`, which answers each call by the first argument that `answers` has a text for, and then
 * ends. For the PATH of a test.
 */
export function stubNvidiaSmi(folder: string, answers: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  const cases = Object.entries(answers).map(
    ([argument, text], i) => `*${argument}*) cat "$(dirname "$0")/answer-${i}" ;; # ${text.length}`,
  );
  Object.values(answers).forEach((text, i) => {
    writeFileSync(path.join(folder, `answer-${i}`), text);
  });
  const file = path.join(folder, 'nvidia-smi');
  writeFileSync(file, `#!/bin/sh\ncase "$*" in\n${cases.join('\n')}\n*) exit 9 ;;\nesac\n`);
  chmodSync(file, 0o755);
  return file;
}
