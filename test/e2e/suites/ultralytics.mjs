// A real Ultralytics run started in VS Code. Only if python-env.mjs has made its environment; run by name.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { endProcessesOf } from '../processes.mjs';
import { expect } from '../suite.mjs';
import { openFile, openWorkbench, pageFrame, runAndChoose, runCommand, until } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

// Small, and from YAML: no weights are downloaded.
const MODEL = `nc: 6
backbone:
  - [-1, 1, Conv, [16, 3, 2]]
  - [-1, 1, Conv, [32, 3, 2]]
  - [-1, 1, C2f, [32, True]]
  - [-1, 1, Conv, [64, 3, 2]]
  - [-1, 1, C2f, [64, True]]
head:
  - [[2, 4], 1, Detect, [nc]]
`;
const CONFIG = `trainer: ultralytics
model: tiny.yaml
data: data.yaml
epochs: 6
batch: 16
fraction: 0.3
imgsz: 128
device: cpu
plots: false
amp: false
optimizer: auto
lr0: 0.01
warmup_epochs: 1
validation: { device: cpu, batch: 16 }
`;

const MASKS = `trainer: ultralytics
model: yolov8n-seg.yaml
data: segment/data.yaml
epochs: 2
batch: 8
imgsz: 64
device: cpu
plots: false
amp: false
validation: { device: cpu }
`;
const TASKS = path.resolve(import.meta.dirname, '../../fixtures/ultralytics/make_tasks.py');

const tileValue = (frame, id) => frame.locator(`#tile-${id} .value`).textContent();
const chartSummary = (frame, id) => frame.locator(`#chart-${id} .surface`).getAttribute('aria-label');

export async function ultralytics({ suite, browser, extensions }) {
  const python = process.env.PITWALL_PYTHON ?? '';
  if (!existsSync(python))
    throw new Error('PITWALL_PYTHON names no interpreter: run npm run test:ultralytics');
  const workspace = exampleWorkspace();
  writeFileSync(path.join(workspace.dir, 'tiny.yaml'), MODEL);
  writeFileSync(path.join(workspace.dir, 'own.train.yaml'), CONFIG);
  execFileSync(python, [TASKS, workspace.dir]);
  writeFileSync(path.join(workspace.dir, 'masks.train.yaml'), MASKS);
  // Of the machine, or of the workspace: the user's own settings do not reach a remote host.
  mkdirSync(path.join(workspace.dir, '.vscode'));
  writeFileSync(
    path.join(workspace.dir, '.vscode/settings.json'),
    JSON.stringify({ 'pitwall.python': python }),
  );
  const server = await startServer({ folder: workspace.dir, extensions });
  const page = await openWorkbench(browser, server.url);
  const context = { pages: () => [page], log: server.log };
  try {
    await suite.test(
      'a real Ultralytics run from VS Code: steps, mAP of each .pt, what auto chose, the best starred',
      context,
      async () => {
        await openFile(page, 'own.train.yaml');
        await runCommand(page, 'Pitwall: Start Training');
        const panel = await pageFrame(page, 'panel');
        const loss = async () => /Smoothed loss now/.test(await chartSummary(panel, 'loss'));
        await until('the first loss', loss, { timeoutMs: 300_000 });
        const map = async () => /^\d\.\d{3}$/.test(await tileValue(panel, 'map'));
        await until('mAP', map, { timeoutMs: 300_000 });
        const completed = async () => /completed/i.test(await panel.locator('.state').first().textContent());
        await until('the end', completed, { timeoutMs: 300_000 });
        await panel.locator('#tab-checkpoints').click();
        await until('a star', async () => (await panel.locator('tr.best').count()) === 1);
        await panel.locator('#tab-overview').click();
        await page.screenshot({ path: path.join(suite.artifacts, 'ultralytics-dark.png') });
        const [run] = readdirSync(workspace.runs).filter((name) => !name.startsWith('.'));
        const events = readFileSync(path.join(workspace.runs, run, 'events.jsonl'), 'utf8');
        expect(/"key":"lr0","requested":0.01,"effective":0.001/.test(events), 'what auto chose is an event');
      },
    );
    await suite.test(
      'a segmentation: its metric named, masks in the gallery, why there are no curves, no comparison with boxes',
      context,
      async () => {
        await openFile(page, 'masks.train.yaml');
        await runCommand(page, 'Pitwall: Start Training');
        const runNamed = (start) => readdirSync(workspace.runs).find((name) => name.startsWith(start));
        const masks = await until('the second run', () => runNamed('masks'));
        const panel = await pageFrame(page, 'panel', masks);
        const completed = async () => /completed/i.test(await panel.locator('.state').first().textContent());
        await until('the end', completed, { timeoutMs: 300_000 });
        expect(/mask mAP/.test(await panel.locator('#tile-map').textContent()), 'the tile names the metric');
        await panel.locator('#tab-images').click();
        await until('masks', async () => (await panel.locator('.gallery-image polygon').count()) > 10);
        expect(/masks from confidence/.test(await panel.locator('.gallery').textContent()), 'what they are');
        await page.screenshot({ path: path.join(suite.artifacts, 'ultralytics-masks.png') });
        await panel.locator('#tab-classes').click();
        const why = /^Confusions, curves and sizes are made of boxes .*; this run has mask mAP\.$/;
        await panel.getByText(why).first().waitFor();
        const own = runNamed('own');
        await runAndChoose(page, 'Pitwall: Compare Runs', [own, masks]);
        const refusal = `runs of different tasks are not compared: ${own} is detect, ${masks} is segment`;
        await page.locator('.notification-list-item-message', { hasText: refusal }).first().waitFor();
      },
    );
  } finally {
    await page.context().close();
    await server.stop();
    endProcessesOf(workspace.runs);
    workspace.remove();
  }
}
