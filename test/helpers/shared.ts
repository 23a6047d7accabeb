import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';

export const repositoryRoot = path.resolve(import.meta.dirname, '../..');
export const sharedRoot = path.resolve(repositoryRoot, '../shared');
export const shared = (...parts: string[]): string => path.join(sharedRoot, ...parts);

/** A suite on the data of ../shared; if that is absent it is skipped, and says so. */
export function describeWithShared(name: string, suite: () => void): void {
  if (existsSync(shared('data'))) {
    describe(name, suite);
    return;
  }
  console.warn(`SKIPPED (${sharedRoot} is absent): ${name}`);
  // Not `skipIf`: it runs the body of the suite to list its tests, and the body reads the data.
  describe.skip(name, () => it.todo('on the data of ../shared'));
}
