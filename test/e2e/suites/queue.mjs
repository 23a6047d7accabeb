// Runs that wait for their turn: added, shown in their order, moved and taken out, also by a terminal at the same time.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, runIds } from '../processes.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  chooseFromMenu,
  openFile,
  openWorkbench,
  runAndChoose,
  runCommand,
  showPitwall,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
};

export async function queue({ suite, browser, extensions }) {
  const workspace = exampleWorkspace({ epochs: 300, fraction: 0.2 });
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  const picture = (name) => page.screenshot({ path: path.join(suite.artifacts, `queue-${name}.png`) });
  const rows = page.locator('.pane-body .monaco-list-row', { hasText: 'pcb-nano' });
  const row = (n) => rows.filter({ hasText: `pcb-nano-${n}` }).first();
  /** The numbers of the runs that wait, from the top of the list, if each says its place. */
  const order = async () => {
    const texts = await rows.allInnerTexts();
    const waiting = texts.filter((text) => text.includes('in the queue'));
    const isNumbered = waiting.every((text, i) => text.includes(`#${i + 1} in the queue`));
    return isNumbered ? waiting.map((text) => /pcb-nano-(\d+)/.exec(text)[1]).join(' ') : 'not numbered';
  };
  const isOrder = (wanted) => async () => {
    const seen = await order();
    if (seen !== wanted) throw new Error(`the order is ${seen}`);
    return true;
  };
  const untilOrder = (wanted) => until(`the order ${wanted}`, isOrder(wanted));
  const seedOf = (n) =>
    JSON.parse(readFileSync(path.join(workspace.runs, `pcb-nano-${n}`, 'run.json'), 'utf8')).experiment
      .resolved.seed;
  const pitwall = (...argv) =>
    spawnSync(process.execPath, [path.join(root, 'dist/cli.js'), ...argv], {
      cwd: workspace.dir,
      encoding: 'utf8',
    });
  const choose = (n, title, isDone) =>
    chooseFromMenu(page, row(n), title, { isDone, onOpen: () => picture('menu') });
  try {
    await showPitwall(page);
    await openFile(page, 'pcb.train.yaml');

    await test('runs are added without a question, and listed in the order of their turns', async () => {
      for (const count of [1, 2, 3, 4]) {
        await runCommand(page, 'Pitwall: Add to Queue');
        await until(`run ${count}`, () => runIds(workspace.runs).length === count);
      }
      await untilOrder('2 3 4');
      // What goes on stands first, and stays the run that side panel and status bar show.
      await until('the run that goes on', async () => /pcb-nano-1.*●/s.test((await rows.allInnerTexts())[0]));
    });

    await test('a waiting run is moved by its menu, by the palette and by a terminal', async () => {
      await choose(4, 'Move Up in Queue', isOrder('2 4 3'));
      await runAndChoose(page, 'Pitwall: Move to Front of Queue', ['pcb-nano-3']);
      await untilOrder('3 2 4');
      expectEqual(pitwall('queue', 'move', 'pcb-nano-3', '--last').status, 0, 'pitwall queue move');
      await untilOrder('2 4 3');
    });

    await test('what runs has no menu of the queue, and what waits is taken out of it', async () => {
      await row(1).click({ button: 'right' });
      await page.locator('.monaco-menu .action-item', { hasText: 'Pause' }).first().waitFor();
      expectEqual(
        await page.locator('.monaco-menu .action-item', { hasText: 'Queue' }).count(),
        0,
        'menu items',
      );
      await page.keyboard.press('Escape');
      await choose(4, 'Take Out of Queue', isOrder('2 3'));
    });

    await test('Repeat with Other Seeds says what it takes to see more, and queues seeds that are new', async () => {
      const input = page.locator('.quick-input-widget:visible');
      await choose(1, 'Repeat with Other Seeds', () => input.isVisible());
      await input.getByText('what it takes to see +.010').waitFor();
      await picture('seeds');
      await input.locator('input.input').fill('0');
      await input.getByText('A whole number from 1 to').waitFor();
      await input.locator('input.input').fill('2');
      await page.keyboard.press('Enter');
      await untilOrder('2 3 5 6');
      const seeds = [1, 2, 5, 6].map(seedOf);
      expect(seeds[1] === seeds[0] && new Set(seeds).size === 3, `seeds ${seeds}`);
    });

    await test('the queue is readable in every theme', async () => {
      mkdirSync(path.join(workspace.dir, '.vscode'), { recursive: true });
      for (const [name, theme] of Object.entries(THEMES)) {
        const settings = path.join(workspace.dir, '.vscode/settings.json');
        writeFileSync(settings, JSON.stringify({ 'workbench.colorTheme': theme }));
        const shown = page.locator(
          `.monaco-workbench.${{ dark: 'vs-dark', light: 'vs', contrast: 'hc-black' }[name]}`,
        );
        await shown.first().waitFor();
        await row(2).hover();
        await picture(name);
      }
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}
