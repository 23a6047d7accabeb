import { createRequire } from 'node:module';
import { createTranslate } from '../../../../src/base/translate';
import { findSchedule, type PythonFinding } from '../../../../src/domain/python/find';
import { loadPythonParser, type PythonParser } from '../../../../src/extension/editor/python-parser';

const { resolve } = createRequire(import.meta.url);

/** The real grammar, as npm brings it. */
export function realParser(): Promise<PythonParser> {
  return loadPythonParser({
    runtime: resolve('web-tree-sitter/web-tree-sitter.wasm'),
    grammar: resolve('tree-sitter-python/tree-sitter-python.wasm'),
  });
}

/** The result of a hover on `mark`; its last occurrence counts. */
export function hover(parser: PythonParser, text: string, mark: string): PythonFinding | undefined {
  const python = parser.open(text);
  try {
    return findSchedule(python.root, text.lastIndexOf(mark) + 1, createTranslate());
  } finally {
    python.dispose();
  }
}

/** The LR of each step of the found curve. */
export function curveOf(found: PythonFinding | undefined, group = 0): number[] {
  if (found?.kind !== 'curve') throw new Error(`no curve, but ${JSON.stringify(found)}`);
  return Array.from({ length: found.schedule.steps }, (_, step) => found.schedule.lrAt(step, group));
}
