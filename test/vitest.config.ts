import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';

const root = path.resolve(import.meta.dirname, '..');
const textModules: Plugin = {
  name: 'text-modules',
  enforce: 'pre',
  load: (id) => (id.endsWith('.proto') ? `export default ${JSON.stringify(readFileSync(id, 'utf8'))}` : null),
};
const suite = (name: string, extra = {}) => ({
  extends: true as const,
  test: { name, include: [`test/${name}/**/*.test.ts`], ...extra },
});

export default defineConfig({
  root,
  plugins: [textModules],
  test: {
    setupFiles: ['test/helpers/leak-check.ts'],
    // Keys and marks of the tests are not the user's.
    env: {
      [process.platform === 'win32' ? 'LOCALAPPDATA' : 'XDG_STATE_HOME']: path.join(
        tmpdir(),
        'pitwall-test-state',
      ),
    },
    // Bounds what never ends; nothing is measured by them, and another machine may be ten times as slow.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    projects: [
      suite('unit'),
      suite('conformance', { testTimeout: 300_000 }),
      // Whole processes on few cores: one file at a time.
      // Needs a Python environment of several GB; run by npm run test:ultralytics.
      suite('ultralytics', { testTimeout: 900_000, fileParallelism: false, sequence: { groupOrder: 2 } }),
      suite('integration', { testTimeout: 1_200_000, fileParallelism: false, sequence: { groupOrder: 1 } }),
    ],
  },
});
