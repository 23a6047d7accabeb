import path from 'node:path';
import type { Environment } from '../../base/environment';

// By their full paths: a bare name is searched in the working folder first on Windows, and in whatever PATH says
// elsewhere; a folder that is merely viewed may hold a program of that name.

/** A program of Windows itself. */
function ofWindows(name: string, env: Environment): string {
  return path.win32.join(env.SystemRoot ?? 'C:\\Windows', 'System32', name);
}

export const taskkillProgram = (env: Environment = process.env): string => ofWindows('taskkill.exe', env);

export const powershellProgram = (env: Environment = process.env): string =>
  ofWindows('WindowsPowerShell\\v1.0\\powershell.exe', env);

export const PS = '/bin/ps';
export const SYSCTL = '/usr/sbin/sysctl';
