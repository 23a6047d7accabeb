// Runs the table of runs in a plain browser: the host's session in the same window, over made-up runs of a sweep.
import { createTranslate } from '../../../src/base/translate';
import { createPageLine } from '../../../src/protocol/page-line';
import type { TableDifference } from '../../../src/protocol/runs-table/messages';
import { createTableSession } from '../../../src/protocol/runs-table/session';
import { tableRuns } from '../../helpers/table-runs';

type TableSetup = { readonly strings?: Record<string, string>; readonly runs?: number };
type TableWindow = {
  setup: TableSetup;
  acquireVsCodeApi: () => unknown;
  actions: unknown[];
  /** When the page asked for the table, and when it had drawn all of it; milliseconds. */
  openedAt: number;
  readyAt: number;
};

const page = window as unknown as TableWindow;
const runs = tableRuns(page.setup.runs ?? 60);
const session = createTableSession(createTranslate(page.setup.strings));

const post = (): void => {
  const update = session.update(runs);
  if (update) channel.event('update', JSON.parse(JSON.stringify(update)));
  if (session.isPending) setTimeout(post);
};

function differencesOf({ baseline, dirs }: { baseline: string; dirs: string[] }): TableDifference[] {
  const map = (dir: string): number => runs.find((run) => run.dir === dir)?.status?.progress?.best?.map ?? 0;
  return dirs
    .filter((dir, i) => dir !== baseline && i % 9 !== 7)
    .map((dir) => {
      const difference = map(dir) - map(baseline);
      const [low, high] = [difference - 0.05, difference + 0.05];
      return { dir, difference, low, high, verdict: low > 0 ? 'second' : high < 0 ? 'first' : 'neither' };
    });
}

page.actions = [];
const channel = createPageLine({
  send: (message) => setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data: message }))),
  handlers: {
    open: () => {
      page.openedAt = performance.now();
      session.open();
      post();
    },
    act: (action) => void page.actions.push(action),
    differences: (params) => differencesOf(params as { baseline: string; dirs: string[] }),
    copy: (what) => void page.actions.push(what),
  },
  onEvent: (name, value) => void page.actions.push([name, value]),
});
page.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => setTimeout(() => channel.receive(message)),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
  setState: (value: unknown) => sessionStorage.setItem('state', JSON.stringify(value)),
});
new MutationObserver((_records, observer) => {
  if (!document.body.classList.contains('ready')) return;
  observer.disconnect();
  requestAnimationFrame(() => {
    page.readyAt = performance.now();
  });
}).observe(document.body, { attributeFilter: ['class'] });
