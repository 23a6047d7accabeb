// How fast the dashboard is, in the real VS Code: a log line and a validation until they are on the page, and from
// Start Training to the first loss. Prints medians (activation.mjs has the start of the extension); needs what the suite in test/e2e needs.
// Usage: node test/bench/editor.mjs
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { packageTarget } from '../../src/build/package.mjs';
import { launchChromium } from '../e2e/chromium.mjs';
import { installVsix, startServer } from '../e2e/editor.mjs';
import { endProcessesOf } from '../e2e/processes.mjs';
import { recordedRuns } from '../e2e/recorded.mjs';
import {
  openFile,
  openWorkbench,
  pageFrame,
  runCommand,
  settle,
  showPitwall,
  until,
} from '../e2e/workbench.mjs';
import { exampleWorkspace } from '../e2e/workspace.mjs';
import { record } from './rows.mjs';

const ROUNDS = 40;
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const worst = (values) => Math.max(...values);

/** Records when an element of the page last changed, by the clock that the bench reads too. */
const watch = (frame, selector, name) =>
  frame.evaluate(
    ([where, key]) => {
      const target = document.querySelector(where);
      window[key] = 0;
      new MutationObserver(() => {
        window[key] = Date.now();
      }).observe(target, { attributes: true, childList: true, characterData: true, subtree: true });
    },
    [selector, name],
  );

async function latencies(frame, name, write) {
  const seen = [];
  for (let round = 0; round < ROUNDS; round++) {
    await settle(350 + Math.random() * 200);
    const start = Date.now();
    write(round);
    const at = await until(
      'the change',
      async () => {
        const time = await frame.evaluate((key) => window[key], name);
        return time >= start ? time : undefined;
      },
      { everyMs: 20 },
    );
    seen.push(at - start);
  }
  return seen;
}

const lastLine = (file, type) =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .findLast((value) => value.type === type);
const append = (file, value) => appendFileSync(file, `${JSON.stringify(value)}\n`);

async function logLatency(page, workspace) {
  const dir = path.join(workspace.runs, 'live');
  await page.locator('.monaco-list-row', { hasText: 'live' }).first().click();
  const panel = await pageFrame(page, 'panel');
  await panel.locator('body.ready').waitFor();
  await settle(2000);
  await watch(panel, '#chart-loss .surface', 'lossSeen');
  const step = lastLine(path.join(dir, 'events.jsonl'), 'step');
  const lines = await latencies(panel, 'lossSeen', (round) => {
    const total = 0.5 + Math.random();
    append(path.join(dir, 'events.jsonl'), {
      ...step,
      t: Date.now(),
      step: step.step + 1 + round,
      loss: { total, box: total / 2 },
    });
  });
  await watch(panel, '.tiles', 'mapSeen');
  const validation = lastLine(path.join(dir, 'validation.jsonl'), 'validation');
  const maps = await latencies(panel, 'mapSeen', (round) => {
    append(path.join(dir, 'validation.jsonl'), { ...validation, t: Date.now(), map: 0.5 + round / 1000 });
  });
  // So low that some charts are out of sight.
  await page.setViewportSize({ width: 1600, height: 480 });
  await settle(1000);
  const flooded = await flood(panel, path.join(dir, 'events.jsonl'), step);
  await page.setViewportSize({ width: 1600, height: 1000 });
  return { lines, maps, flooded };
}

const FLOOD_SECONDS = 5;

/** Lines come far faster than a page draws: how many updates a second it gets, and which charts it draws. */
async function flood(panel, events, step) {
  await panel.evaluate(() => {
    window.told = 0;
    window.drawn = {};
    window.addEventListener('message', ({ data }) => {
      if (data?.name === 'update') window.told++;
    });
    const { clearRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.clearRect = function (...area) {
      const chart = this.canvas.closest('figure')?.id ?? 'another';
      window.drawn[chart] = (window.drawn[chart] ?? 0) + 1;
      return clearRect.apply(this, area);
    };
  });
  const start = Date.now();
  for (let line = ROUNDS + 1; Date.now() < start + 1000 * FLOOD_SECONDS; line++) {
    append(events, { ...step, t: Date.now(), step: step.step + line, loss: { total: 1, box: 0.5 } });
    await settle(10);
  }
  return panel.evaluate((seconds) => {
    const isSeen = ({ top, bottom }) => bottom > 0 && top < window.innerHeight;
    const charts = [...document.querySelectorAll('.charts figure')];
    const of = (seen) => charts.filter((chart) => isSeen(chart.getBoundingClientRect()) === seen);
    const draws = (list) => list.reduce((sum, { id }) => sum + (window.drawn[id] ?? 0), 0);
    const [seen, unseen] = [of(true), of(false)];
    return {
      told: window.told / seconds,
      seen: seen.length,
      unseen: unseen.length,
      unseenDraws: draws(unseen),
    };
  }, FLOOD_SECONDS);
}

async function startLatency(page, workspace) {
  await openFile(page, 'pcb.train.yaml');
  await runCommand(page, 'Pitwall: Start Training');
  const start = Date.now();
  const rows = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Run Beside' });
  if (
    await rows
      .first()
      .waitFor({ timeout: 1500 })
      .then(
        () => true,
        () => false,
      )
  )
    await rows.first().click();
  const events = path.join(workspace.runs, 'pcb-nano-1', 'events.jsonl');
  await until(
    'the first loss on the page',
    async () => {
      for (const frame of page.frames()) {
        const isIt = await frame
          .evaluate(
            () =>
              document.querySelector('h1')?.textContent === 'pcb-nano-1' &&
              /loss now/.test(document.querySelector('#chart-loss .surface')?.ariaLabel ?? ''),
          )
          .catch(() => false);
        if (isIt) return true;
      }
      return false;
    },
    { timeoutMs: 60_000, everyMs: 30 },
  );
  return { shown: Date.now() - start, events };
}

const extensions = installVsix(await packageTarget(`${process.platform}-${process.arch}`));
const workspace = exampleWorkspace({ epochs: 15 });
mkdirSync(workspace.runs, { recursive: true });
await recordedRuns(workspace, ['live']);
const server = await startServer({ folder: workspace.dir, extensions });
const browser = await launchChromium();
try {
  const page = await openWorkbench(browser, server.url, { width: 1600, height: 1000 });
  await showPitwall(page);
  const { lines, maps, flooded } = await logLatency(page, workspace);
  record('a log line -> chart', median(lines), 'ms', '250');
  record('a validation line -> page', median(maps), 'ms', '100');
  console.log(
    `a log line -> chart             median ${median(lines)} ms, worst ${worst(lines)} ms (to reach: 250)`,
  );
  console.log(
    `a validation line -> page       median ${median(maps)} ms, worst ${worst(maps)} ms (to reach: 100)`,
  );
  const { told, seen, unseen, unseenDraws } = flooded;
  console.log(`lines every 10 ms -> page       told ${told.toFixed(1)} times a second (at most: 10)`);
  console.log(
    `charts in sight ${seen}, out of it ${unseen}: those were drawn ${unseenDraws} times (to reach: 0)`,
  );
  const { shown } = await startLatency(page, workspace);
  record('Start Training -> first loss', shown, 'ms', '5000');
  console.log(`Start Training -> first loss    ${shown} ms (to reach: 5000)`);
} finally {
  await browser.close();
  await server.stop();
  endProcessesOf(workspace.runs);
  workspace.remove();
}
