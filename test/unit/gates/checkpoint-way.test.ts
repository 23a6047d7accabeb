import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../../helpers/shared';

const read = (file: string): string => readFileSync(path.join(repositoryRoot, file), 'utf8');

/** Pairs of ARCHITECTURE's chapter: `a.ts` -> `b.ts`. */
function stepsOfTheWay(): [string, string][] {
  const chapter = read('ARCHITECTURE.md').split("## A checkpoint's way")[1].split('\n## ')[0];
  return [...chapter.matchAll(/`([^`]+\.ts)`\s+->\s+(?=`([^`]+\.ts)`)/g)].map(([, from, to]) => [from, to]);
}

function importsOf(file: string): string[] {
  const names = [...read(file).matchAll(/from '(\.[^']+)'/g)].map(([, name]) => name);
  return names.map((name) => `${path.posix.join(path.posix.dirname(file), name)}.ts`);
}

it('the way of a checkpoint in ARCHITECTURE follows the real imports', () => {
  const steps = stepsOfTheWay();
  expect(steps.length).toBeGreaterThanOrEqual(8);
  for (const [from, to] of steps) expect(importsOf(from), from).toContain(to);
});
