import os from 'node:os';
import { expect, it } from 'vitest';
import { startLineProcess } from '../../../../src/engine/python/line-process';
import { repositoryRoot } from '../../../helpers/shared';

// Elsewhere Python lowers itself (lines.py), which Windows does not let it.
it.skipIf(process.platform !== 'win32')('Windows: a helper in Python gets the lowest priority', async () => {
  // Any program shows it: what starts it sets it.
  const helper = startLineProcess({
    python: process.execPath,
    module: 'exporter',
    installDir: repositoryRoot,
    env: process.env,
  });
  helper.ready.catch(() => undefined);
  expect(os.getPriority(helper.pid)).toBe(os.constants.priority.PRIORITY_LOW);
  await helper.stop();
});
