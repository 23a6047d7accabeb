import type { Problem } from '../../base/problem';
import { keySpec } from './key-table';

/**
 * Whether the text is at the moment not a whole description of its curve: its YAML is broken, or a key that shapes the
 * curve has no valid value. A default in its place would draw a curve that was never written.
 */
export function isTorn(problems: readonly Problem[]): boolean {
  return problems.some(({ severity, key }) => {
    if (severity !== 'error') return false;
    return key === undefined || keySpec(key)?.shapesSchedule === true;
  });
}
