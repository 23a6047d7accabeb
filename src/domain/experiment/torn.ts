import type { Problem } from '../../base/problem';
import { keySpec } from './key-table';

/**
 * Whether the text is, at the moment, no whole statement of its curve: its YAML is broken, or a key that shapes the curve has
 * no value that counts. A default in its place would be a curve that nobody wrote.
 */
export function isTorn(problems: readonly Problem[]): boolean {
  return problems.some(({ severity, key }) => {
    if (severity !== 'error') return false;
    return key === undefined || keySpec(key)?.shapesSchedule === true;
  });
}
