// The config as it is being written: lens, hover, hints, problems and their fixes, the preview that redraws.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf } from '../processes.mjs';
import { expect } from '../suite.mjs';
import {
  findInFile,
  frameSaying,
  openFile,
  openWorkbench,
  pageFrame,
  runCommand,
  runCommandUntil,
  until,
} from '../workbench.mjs';
import { exampleWorkspace, plainWorkspace } from '../workspace.mjs';

export async function editing({ suite, browser, extensions }) {
  await staysAsleep({ suite, browser, extensions });
  const workspace = exampleWorkspace();
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const test = (name, body) => suite.test(name, { pages: () => [page], log: server.log }, body);
  try {
    await test('lens above an experiment file', async () => {
      await openFile(page, 'pcb.train.yaml');
      const lenses = page.locator('.codelens-decoration');
      await until('the lens', async () =>
        /Start Training.*Preview/s.test(await lenses.first().textContent()),
      );
    });

    await test('inlay hints say what numbers come to', async () => {
      await until('hints', async () =>
        /64 steps, 13\.3 %/.test((await page.locator('.view-lines').textContent()).replaceAll('\u00a0', ' ')),
      );
    });

    await test('hover on a schedule key shows the picture and says it in words', async () => {
      await hoverOn(page, 'lr0');
      const picture = page.locator('.monaco-hover img[src^="data:image/svg+xml"]').first();
      await until('the picture', () => picture.evaluate((img) => img.complete && img.naturalWidth > 100));
      const words = await page.locator('.monaco-hover').first().textContent();
      expect(/LR 0\.0\d+ at its highest|Warm-up 64 steps/.test(words), `words: ${words.slice(0, 300)}`);
      expect((await picture.getAttribute('alt'))?.length > 20, 'the picture has an alternative text');
      await page.keyboard.press('Escape');
    });

    await test('the preview redraws as the config is typed', async () => {
      await runCommand(page, 'Pitwall: Preview Learning Rate');
      const panel = await pageFrame(page, 'panel');
      const summary = () => panel.locator('#chart-lr .surface').getAttribute('aria-label');
      await until('the preview', async () => /64 warm-up steps of 480/.test(await summary()));
      await page.locator('.tab', { hasText: 'pcb.train.yaml' }).first().click();
      await replaceText(page, 'warmup_epochs: 2', 'warmup_epochs: 4');
      await until('the new curve', async () => /128 warm-up steps of 480/.test(await summary()));
    });

    await test('a misspelt key is a problem with a fix', async () => {
      await replaceText(page, 'warmup_epochs: 4', 'warmup_epoch: 4');
      await until('the squiggle', () => page.locator('.squiggly-error').first().isVisible());
      await findInFile(page, 'warmup_epoch:');
      const fix = page.locator('.action-widget .monaco-list-row', { hasText: /warmup_epochs/ }).first();
      // The editor answers the key with nothing while it has not asked for the fixes of a new problem.
      await until('the menu of fixes', async () => {
        await page.keyboard.press('Control+.');
        return fix.waitFor({ timeout: 3_000 }).then(
          () => true,
          () => false,
        );
      });
      await page.keyboard.press('Enter');
      await until('the fix', async () => (await page.locator('.squiggly-error').count()) === 0);
    });

    await test('Find Learning Rate runs a short test and writes what it suggests into the config', async () => {
      await runCommandUntil(page, 'Pitwall: Find Learning Rate', () => existsSync(workspace.runs));
      const range = await rangeFrame(page);
      await until('a picture of its own', () => range.locator('svg[aria-label]').first().isVisible());
      const write = range.locator('button[data-act="apply"]');
      await write.waitFor({ timeout: 300_000 });
      const words = await range.locator('[role="status"]').textContent();
      const [, lr0] = /lr0 ([\d.e-]+) is/.exec(words) ?? [];
      expect(Number(lr0) > 0.003 && Number(lr0) < 0.06, `a sound suggestion: ${words}`);
      await page.screenshot({ path: path.join(suite.artifacts, 'lr-find.png') });
      await write.click();
      await until('the value in the config', async () =>
        (await page.locator('.view-lines').first().textContent())
          .replaceAll('\u00a0', ' ')
          .includes(`lr0: ${lr0}`),
      );
      await until('the button is spent', () => write.isDisabled());
      await page.locator('.tab', { hasText: 'pcb.train.yaml' }).first().click();
    });

    await test('with errors in the config nothing is started and the line is named', async () => {
      await replaceText(page, 'lr0: 0.', 'lr0: -1.');
      await runCommand(page, 'Pitwall: Start Training');
      const message = page.locator('.notification-list-item-message', { hasText: 'lr0' }).first();
      await message.waitFor();
      expect(/pcb\.train\.yaml:\d+/.test(await message.textContent()), 'file and line');
    });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}

async function staysAsleep({ suite, browser, extensions }) {
  const plain = plainWorkspace();
  const server = await startServer({ folder: plain.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  try {
    await suite.test(
      'in a folder without anything of ours the extension stays asleep',
      { pages: () => [page], log: server.log },
      async () => {
        // The last that the host does by itself; what a folder's files wake was woken before.
        await until('the host', () => /activationEvent: 'onStartupFinished'/.test(server.log()));
        expect(!/_doActivateExtension pitwall/.test(server.log()), 'it was activated');
      },
    );
  } finally {
    await page.context().close();
    await server.stop();
    plain.remove();
  }
}

/** The page of a range test: the frame that has its heading. */
const rangeFrame = (page) => frameSaying(page, 'h2', /^Learning rate test of/);

export async function replaceText(page, from, to) {
  await page.keyboard.press('Control+Home');
  await findInFile(page, from);
  await page.keyboard.insertText(to);
}

export async function hoverOn(page, word) {
  await page.keyboard.press('Control+Home');
  await findInFile(page, `${word}:`);
  await page.keyboard.press('ArrowLeft');
  await runCommand(page, 'Show or Focus Hover');
}
