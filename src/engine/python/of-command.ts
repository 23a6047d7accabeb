import { closeSync, openSync, readSync } from 'node:fs';
import path from 'node:path';
import type { Environment } from '../../base/environment';
import { findProgram } from '../../run/folder/find-program';

const PYTHON = /^python[\d.]*(\.exe)?$/i;
const FIRST_LINE_BYTES = 256;

/**
 * The interpreter that a command runs on: its program if that is Python, else the one that the program's first line names
 * (torchrun, yolo). It has what the script's checkpoints need. Undefined for anything else; nothing is started to find out.
 */
export function pythonOfCommand(
  [program = '']: readonly string[],
  cwd: string,
  env: Environment,
): string | undefined {
  const file = /[\\/]/.test(program) ? path.resolve(cwd, program) : findProgram(program, env);
  if (file === undefined) return undefined;
  if (PYTHON.test(path.basename(file))) return file;
  const named = /^#!\s*(\S+)/.exec(firstLine(file))?.[1] ?? '';
  return path.isAbsolute(named) && PYTHON.test(path.basename(named)) ? named : undefined;
}

function firstLine(file: string): string {
  const bytes = Buffer.alloc(FIRST_LINE_BYTES);
  try {
    const handle = openSync(file, 'r');
    try {
      return bytes.toString('latin1', 0, readSync(handle, bytes, 0, FIRST_LINE_BYTES, 0)).split('\n')[0];
    } finally {
      closeSync(handle);
    }
  } catch {
    return ''; // a program that is not there is the trainer's to tell
  }
}
