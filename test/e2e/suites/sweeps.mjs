// A sweep in the editor: its file is understood, Start Sweep runs in a terminal, its trials stand in the list of runs.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, processesOf } from '../processes.mjs';
import { expect } from '../suite.mjs';
import { openFile, openWorkbench, pageFrame, runCommand, showPitwall, until } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const SWEEP =
  'experiment: pcb.train.yaml\nsampler: grid\nsearch: { lr0: [0.005, 0.04] }\nstop: { grace: 2, reduction: 2 }\n';

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

/** The editor's name of a theme, and the class that it gives to the body of a page. */
const THEMES = {
  light: ['Default Light Modern', 'vscode-light'],
  'high-contrast': ['Default High Contrast', 'vscode-high-contrast'],
  'high-contrast-light': ['Default High Contrast Light', 'vscode-high-contrast-light'],
  dark: ['Default Dark Modern', 'vscode-dark'],
};
const LONG = { timeoutMs: 300_000 };

/** The frame of a page that the host draws, by its heading. */
async function frameWith(page, heading) {
  for (const frame of page.frames()) {
    const found = await frame
      .evaluate(() => document.querySelector('main h2')?.textContent)
      .catch(() => undefined);
    if (found === heading) return frame;
  }
  return undefined;
}

/** A line of the list of runs that says all of these. */
const listed = (page, ...texts) =>
  texts.reduce((rows, hasText) => rows.filter({ hasText }), page.locator('.monaco-list-row')).first();

export async function sweeps({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 4, fraction: 0.1, warmup_epochs: 0 });
  writeFileSync(path.join(workspace.dir, 'rates.sweep.yaml'), SWEEP);
  writeFileSync(path.join(workspace.dir, 'wrong.sweep.yaml'), SWEEP.replace('lr0', 'lr_zero'));
  const settings = path.join(workspace.dir, '.vscode/settings.json');
  mkdirSync(path.dirname(settings));
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const context = { pages: () => [page], log: server.log };
  const test = (name, body) => suite.test(name, context, body);
  const log = () => path.join(sweepFolder(workspace), 'sweep.jsonl');
  let sweep;
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

    await test('Start Sweep runs in a terminal of its own, and its page opens', async () => {
      await openFile(page, 'rates.sweep.yaml');
      await runCommand(page, 'Pitwall: Start Sweep');
      await page.locator('.terminal-wrapper .xterm-screen').first().waitFor();
      await until('a trial', () => trialProcesses(workspace).length > 0);
      sweep = await until('the page of the sweep', () => frameWith(page, 'rates-sweep-1'));
      expect(/3 trials of pcb\.train\.yaml/.test(await sweep.innerText('main')), 'what it is');
      await picture('begun');
    });

    await test('its trials stand below it in the list of runs', async () => {
      await showPitwall(page);
      const entry = listed(page, 'rates', 'trial');
      await entry.waitFor();
      await until('its trials', async () => {
        if ((await entry.getAttribute('aria-expanded')) !== 'true')
          await entry.locator('.monaco-tl-twistie').click();
        return listed(page, '000').isVisible();
      });
    });

    await test('the page follows, and says why a trial was stopped', async () => {
      await until('a picture of the trials', async () => (await sweep.locator('svg').count()) === 2, LONG);
      await picture('running');
      await until('the end', () => /"type":"end"/.test(readFileSync(log(), 'utf8')), LONG);
      await until('no process', () => trialProcesses(workspace).length === 0);
      await until('the verdict', async () =>
        /the file as it stands/.test(await sweep.locator('[role=status]').last().innerText()),
      );
      const told = await sweep.locator('table').innerText();
      expect(/pruned at epoch 2: \.\d+ < \.\d+/.test(told), 'why one was stopped');
      expect(await page.locator('.terminal-wrapper .xterm-screen').first().isVisible(), 'the terminal stays');
      await picture('ended');
    });

    await test('it is readable in every theme and at the width beside a file', async () => {
      await runCommand(page, 'View: Toggle Panel Visibility');
      for (const [name, [theme, body]] of Object.entries(THEMES)) {
        writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
        await until(theme, () => sweep.evaluate((kind) => document.body.classList.contains(kind), body));
        await picture(name);
      }
      await page.setViewportSize({ width: 900, height: 900 });
      const { width, wanted } = await sweep.evaluate(() => ({
        width: document.documentElement.clientWidth,
        wanted: document.documentElement.scrollWidth,
      }));
      await picture('narrow');
      expect(wanted <= width, `nothing lies beside the page: ${wanted} in ${width}`);
    });

    await test('a trial opens as an ordinary run', async () => {
      await sweep.locator('button', { hasText: '001' }).click();
      const panel = await pageFrame(page, 'panel');
      await until('its state', async () => /\S/.test(await panel.locator('.state').first().textContent()));
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(path.join(sweepFolder(workspace) ?? workspace.runs, 'trials'));
    workspace.remove();
  }
}
