import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';

export const repositoryRoot = path.resolve(import.meta.dirname, '../..');
export const sharedRoot = path.resolve(repositoryRoot, '../shared');
export const shared = (...parts: string[]): string => path.join(sharedRoot, ...parts);

/** A suite on the data of ../shared; where that is absent it is skipped, and says so. */
export function describeWithShared(name: string, suite: () => void): void {
  const present = existsSync(shared('data'));
  if (!present) console.warn(`SKIPPED (${sharedRoot} is absent): ${name}`);
  describe.skipIf(!present)(name, suite);
}
