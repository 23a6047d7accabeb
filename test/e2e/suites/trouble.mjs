// When something is wrong: no trust, a validator that dies, a run that diverges.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf, processesOf, runIds } from '../processes.mjs';
import { expect, expectEqual } from '../suite.mjs';
import {
  openFile,
  openWorkbench,
  pageFrame,
  runCommand,
  settle,
  showPitwall,
  statusText,
  until,
} from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

export async function trouble(context) {
  await untrusted(context);
  await deadValidator(context);
}

async function withEditor({ browser }, options, body) {
  const workspace = exampleWorkspace(options.set);
  const server = await startServer({
    folder: workspace.dir,
    extensions: options.extensions,
    settings: options.settings,
  });
  const page = await openWorkbench(browser, server.url);
  try {
    await body({ workspace, server, page, evidence: { pages: () => [page], log: server.log } });
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}

async function untrusted(context) {
  const settings = {
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
  };
  await withEditor(
    context,
    { extensions: context.extensions, settings },
    async ({ workspace, page, evidence }) => {
      await context.suite.test(
        'an untrusted workspace starts nothing, whatever is pressed',
        evidence,
        async () => {
          await until('restricted mode', () =>
            page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).first().isVisible(),
          );
          await openFile(page, 'pcb.train.yaml');
          await until('the lens', () =>
            page.locator('.codelens-decoration', { hasText: 'Start Training' }).first().isVisible(),
          );
          await page.locator('.codelens-decoration a', { hasText: 'Start Training' }).first().click();
          await page.locator('.notification-list-item-message', { hasText: 'not trusted' }).first().waitFor();
          await runCommand(page, 'Notifications: Clear All Notifications');
          await runCommand(page, 'Pitwall: Start Training on…');
          await page.locator('.notification-list-item-message', { hasText: 'not trusted' }).first().waitFor();
          await settle(2000);
          expectEqual(runIds(workspace.runs).length, 0, 'runs');
          expectEqual(processesOf(workspace.runs).length, 0, 'processes');
        },
      );
    },
  );
}

/** The extension as installed, with a validator that breaks at once. */
function withBrokenValidator(extensions) {
  const copy = mkdtempSync(path.join(os.tmpdir(), 'pitwall-broken-'));
  cpSync(extensions, copy, { recursive: true });
  writeFileSync(
    path.join(copy, 'pitwall.pitwall-0.1.0/dist/validator.js'),
    'console.error("the validator fell over"); process.exit(7);\n',
  );
  return copy;
}

async function deadValidator(context) {
  const extensions = withBrokenValidator(context.extensions);
  try {
    await withEditor(
      context,
      { extensions, set: { epochs: 30, fraction: 0.2 } },
      async ({ server, page, evidence }) => {
        await context.suite.test(
          'a validator that dies is a red line in the dashboard, and everything else lives',
          evidence,
          async () => {
            await openFile(page, 'pcb.train.yaml');
            await showPitwall(page);
            await runCommand(page, 'Pitwall: Start Training');
            const panel = await pageFrame(page, 'panel');
            await until('the red line', () => panel.locator('.sentence.bad').first().isVisible(), {
              timeoutMs: 300_000,
            });
            const badge = page.locator('.activitybar .action-item', {
              has: page.locator('a[aria-label^="Pitwall"]'),
            });
            await until('the badge', async () => /1/.test(await badge.locator('.badge').textContent()));
            const facts = () => panel.locator('.facts').first().textContent();
            const before = await facts();
            await until('training goes on', async () => (await facts()) !== before);
            expect(/\d+\/30/.test(await statusText(page)), 'the status bar lives');
            expect(!/Extension host .* (terminated|crashed)/i.test(server.log()), 'the extension host lives');
          },
        );
      },
    );
  } finally {
    rmSync(extensions, { recursive: true, force: true });
  }
}
