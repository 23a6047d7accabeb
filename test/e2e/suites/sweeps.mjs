// A sweep in the editor: its file is understood, Start Sweep runs in a terminal, its trials stand in the list of runs.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, processesOf } from '../processes.mjs';
import { expect } from '../suite.mjs';
import { openFile, openWorkbench, pageFrame, runCommand, showPitwall, until } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const SWEEP = 'experiment: pcb.train.yaml\nsampler: grid\nsearch: { lr0: [0.005, 0.02] }\nstop: { grace: 2, reduction: 2 }\n';

/** The folder of the only sweep there is, once there is one. */
function sweepFolder({ runs }) {
  const names = existsSync(runs) ? readdirSync(runs) : [];
  const name = names.find((each) => existsSync(path.join(runs, each, 'sweep.json')));
  return name === undefined ? undefined : path.join(runs, name);
}
const trialProcesses = (workspace) => {
  const folder = sweepFolder(workspace);
  return folder === undefined ? [] : processesOf(path.join(folder, 'trials'));
};

/** A line of the list of runs that says all of these. */
const listed = (page, ...texts) =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator('.monaco-list-row')).first();

export async function sweeps({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 4, fraction: 0.1, warmup_epochs: 0 });
  writeFileSync(path.join(workspace.dir, 'rates.sweep.yaml'), SWEEP);
  writeFileSync(path.join(workspace.dir, 'wrong.sweep.yaml'), SWEEP.replace('lr0', 'lr_zero'));
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const context = { pages: () => [page], log: server.log };
  const test = (name, body) => suite.test(name, context, body);
  const picture = (name) => page.screenshot({ path: path.join(suite.artifacts, `sweep-${name}.png`) });
  try {
    await test('a wrong key of a sweep is a problem at its place, and nothing starts', async () => {
      await openFile(page, 'wrong.sweep.yaml');
      await page.locator('.squiggly-error').first().waitFor();
      await runCommand(page, 'Pitwall: Start Sweep');
      await page.locator('.notification-toast', { hasText: 'unknown key' }).first().waitFor();
      expect(!existsSync(workspace.runs), 'no folder of runs was made');
      await picture('wrong');
      await runCommand(page, 'Notifications: Clear All Notifications');
    });

    await test('Start Sweep runs in a terminal of its own', async () => {
      await openFile(page, 'rates.sweep.yaml');
      await runCommand(page, 'Pitwall: Start Sweep');
      await page.locator('.terminal-wrapper .xterm-screen').first().waitFor();
      await until('a trial', () => trialProcesses(workspace).length > 0);
      await picture('running');
    });

    await test('its trials stand below it in the list of runs, and one opens as a run', async () => {
      await showPitwall(page);
      const sweep = listed(page, 'rates', 'trials');
      await sweep.waitFor();
      await until('its trials', async () => {
        if ((await sweep.getAttribute('aria-expanded')) !== 'true') await sweep.click();
        return listed(page, 'trial').isVisible();
      });
      await picture('listed');
      await listed(page, 'trial-0000').click();
      const panel = await pageFrame(page, 'panel');
      await until('its state', async () => /\S/.test(await panel.locator('.state').first().textContent()));
      await picture('trial');
    });

    await test('at its end there is a verdict, and no process is left', async () => {
      const log = path.join(sweepFolder(workspace), 'sweep.jsonl');
      await until('the end', () => /"type":"end"/.test(readFileSync(log, 'utf8')), { timeoutMs: 300_000 });
      await until('no process', () => trialProcesses(workspace).length === 0);
      await picture('ended');
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(path.join(sweepFolder(workspace) ?? workspace.runs, 'trials'));
    workspace.remove();
  }
}
