// Two windows and a terminal on one folder: each sees what the others start, and none disagrees.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, runIds } from '../processes.mjs';
import { expectEqual } from '../suite.mjs';
import { openFile, openWorkbench, pageFrame, runCommand, showPitwall, until } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

export async function twoWindows({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 30, fraction: 0.2 });
  const server = await startServer({ folder: workspace.dir, extensions });
  const [a, b] = [await openWorkbench(browser, server.url), await openWorkbench(browser, server.url)];
  const test = (name, body) => suite.test(name, { pages: () => [a, b], log: server.log }, body);
  try {
    await test('a run started in a terminal appears by itself in both windows', async () => {
      await Promise.all([showPitwall(a), showPitwall(b)]);
      const cli = path.join(root, 'dist/cli.js');
      const started = spawnSync(
        process.execPath,
        [cli, 'train', workspace.config, '--detach', '--name', 'from-terminal'],
        { encoding: 'utf8', cwd: workspace.dir },
      );
      expectEqual(started.status, 0, `pitwall train --detach: ${started.stderr}`);
      for (const page of [a, b]) {
        await until('the run', () =>
          page.locator('.monaco-list-row', { hasText: 'from-terminal' }).first().isVisible(),
        );
      }
    });

    await test('while a run holds the device Start Training asks, and Cancel starts nothing', async () => {
      await openFile(a, 'pcb.train.yaml');
      await runCommand(a, 'Pitwall: Start Training');
      const rows = a.locator('.quick-input-list .monaco-list-row');
      await rows.filter({ hasText: 'Run Beside' }).waitFor();
      await rows.filter({ hasText: 'Cancel' }).click();
      expectEqual(runIds(workspace.runs).length, 1, 'runs');
    });

    await test('a queued run waits for its turn and starts when the device is free', async () => {
      await runCommand(a, 'Pitwall: Start Training');
      await a.locator('.quick-input-list .monaco-list-row', { hasText: 'Queue' }).click();
      const panel = await pageFrame(a, 'panel');
      await until('it waits', async () =>
        /Queued|waits for its turn/.test(await panel.locator('#app').textContent()),
      );
      spawnSync(
        process.execPath,
        [path.join(root, 'dist/cli.js'), 'stop', path.join(workspace.runs, 'from-terminal')],
        { cwd: workspace.dir },
      );
      await until('it trains', async () => /Training/.test(await panel.locator('.state').textContent()));
    });

    await test('stopped in one window, it is stopped in the other', async () => {
      await openFile(b, 'pcb.train.yaml');
      await runCommand(b, 'Pitwall: Stop');
      const panel = await pageFrame(a, 'panel');
      await until('stopped', async () => /Stopped/.test(await panel.locator('.state').textContent()));
    });
  } finally {
    await a.context().close();
    await b.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}
