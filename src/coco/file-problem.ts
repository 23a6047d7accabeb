import type { Problem } from '../base/problem';
import type { Scan } from '../json/scan';

const SHOWN_BYTES = 20;

/** The first failure of a scan as one line: place, what was expected, what was found. */
export function failureProblem(scan: Scan, file: string): Problem {
  const { at, expected } = scan.failure ?? { at: 0, expected: 'JSON' };
  const { line, column } = lineAndColumn(scan.bytes, at);
  const message = `expected ${expected}, found ${foundAt(scan.bytes, at)}`;
  return { severity: 'error', file, message, range: { start: at, end: at, line, column } };
}

export function fileProblem(severity: Problem['severity'], file: string, message: string): Problem {
  return { severity, file, message };
}

function foundAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return 'the end of the file';
  const text = String.fromCharCode(...bytes.subarray(at, at + SHOWN_BYTES));
  return JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?'));
}

function lineAndColumn(bytes: Uint8Array, at: number): { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  for (let i = 0; i < at && i < bytes.length; i++) {
    if (bytes[i] !== 10) continue;
    line++;
    lineStart = i + 1;
  }
  return { line, column: at - lineStart + 1 };
}
