// The learning-rate curve wherever its numbers are typed: an experiment file and four kinds of Python, in three themes.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startServer } from '../editor.mjs';
import { expect } from '../suite.mjs';
import { findInFile, openFile, openWorkbench, patienceOf, runCommand, until } from '../workbench.mjs';
import { exampleWorkspace } from '../workspace.mjs';

const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
};

const TRAIN = `from ultralytics import YOLO
from torch import optim
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, SequentialLR

epochs = 100


def create_warmup_scheduler(optimizer, warmup_epochs, total_epochs):
    def warmup_lambda(epoch):
        return min(1.0, (epoch + 1) / warmup_epochs)

    warmup = LambdaLR(optimizer, lr_lambda=warmup_lambda)
    cosine = CosineAnnealingLR(optimizer, T_max=total_epochs - warmup_epochs)
    return SequentialLR(optimizer, schedulers=[warmup, cosine], milestones=[warmup_epochs])


optimizer = optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
first = create_warmup_scheduler(optimizer, 5, 100)

start = LinearLR(optimizer, start_factor=0.1, total_iters=10)
rest = CosineAnnealingLR(optimizer, T_max=epochs - 10, eta_min=0.001)
second = SequentialLR(optimizer, [start, rest], milestones=[10])

YOLO('yolov8n.pt').train(data='data.yaml', epochs=30, batch=16, optimizer='SGD', lr0=0.02, warmup_epochs=3)
`;

const HOVERS = [
  {
    name: 'lr0 in an experiment file',
    shot: 'yaml',
    file: 'pcb.train.yaml',
    at: 'lr0:',
    says: /LR 0\.0\d+ at its highest/,
  },
  {
    name: 'lr0= in a call of train',
    shot: 'train',
    file: 'train.py',
    at: 'lr0=0.02',
    says: /LR 0\.0\d+ at its highest/,
  },
  {
    name: 'a SequentialLR',
    shot: 'sequential',
    file: 'train.py',
    at: 'SequentialLR(optimizer, [',
    says: /Warm-up 10 steps, 10\.0 % of the run.*0\.001\d* at the end of 100 steps/s,
  },
  {
    name: 'a function that builds a scheduler',
    shot: 'function',
    file: 'train.py',
    at: 'create_warmup_scheduler(optimizer, 5',
    says: /Warm-up 4 steps, 4\.0 % of the run.*at the end of 100 steps/s,
  },
];

export async function hovers({ suite, browser, extensions }) {
  const workspace = exampleWorkspace();
  for (const [name, theme] of Object.entries(THEMES)) {
    writeFileSync(path.join(workspace.dir, 'train.py'), TRAIN);
    const settings = { 'workbench.colorTheme': theme };
    const server = await startServer({ folder: workspace.dir, extensions, settings });
    const page = await openWorkbench(browser, server.url, { width: 1200, height: 800 });
    const context = { pages: () => [page], log: server.log };
    for (const hover of HOVERS) {
      await suite.test(`hover on ${hover.name}, ${name}`, context, async () => {
        await showHover(page, hover);
        await page.screenshot({ path: path.join(suite.artifacts, `hover-${hover.shot}-${name}.png`) });
        await page.keyboard.press('Escape');
      });
    }
    if (name === 'dark') await keepsThePicture({ suite, page, context });
    await page.context().close();
    await server.stop();
  }
  workspace.remove();
}

export async function showHover(page, { file, at, says }) {
  await openFile(page, file);
  await cursorAt(page, at);
  const hover = page.locator('.monaco-hover:visible', {
    has: page.locator('img[src^="data:image/svg+xml"]'),
  });
  // Read at once: a hover may close again when the editor lays itself out.
  const read = (element) => {
    const picture = element.querySelector('img[src^="data:image/svg+xml"]');
    const isDrawn = picture.complete && picture.naturalWidth > 100;
    return isDrawn && { words: element.textContent.replaceAll('\u00a0', ' '), alt: picture.alt };
  };
  const { words, alt } = await until('the picture', async (tries) => {
    if ((await hover.count()) === 0) await runCommand(page, 'Show or Focus Hover');
    await hover.first().waitFor({ timeout: patienceOf(tries) });
    return hover.first().evaluate(read);
  });
  expect(says.test(words), `words: ${words.slice(0, 400)}`);
  expect(alt.length > 20, 'the picture has an alternative text');
}

/** Half a call changes nothing: the last picture of the place stays. */
async function keepsThePicture({ suite, page, context }) {
  await suite.test('the last picture stays while the call is half typed', context, async () => {
    const sequential = HOVERS[2];
    await showHover(page, sequential);
    await page.keyboard.press('Escape');
    await cursorAt(page, ', milestones=[10])');
    await page.keyboard.press('Delete');
    await showHover(page, { ...sequential, at: 'SequentialLR(optimizer, [' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+Z');
  });
}

/** Puts the cursor before the last place where a text stands. */
export async function cursorAt(page, text) {
  await page.keyboard.press('Control+End');
  await findInFile(page, text, 'Shift+Enter');
  await page.keyboard.press('ArrowLeft');
}
