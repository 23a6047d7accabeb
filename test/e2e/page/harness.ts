// Runs a page of webview/ in a plain browser: the host's session in the same window, over recorded lines.
import { createTranslate } from '../../../src/base/translate';
import { words } from '../../../src/base/words';
import { boxesSentence, groundSentence } from '../../../src/domain/compare/sentences';
import { SAMPLING_ONLY } from '../../../src/domain/compare/warnings';
import type { ViewInput } from '../../../src/protocol/dashboard/input';
import { createViewSession } from '../../../src/protocol/dashboard/session';
import type { Lens } from '../../../src/protocol/dashboard/types';
import { createPageLine } from '../../../src/protocol/page-line';
import { createRunState, reduceRun } from '../../../src/run/reduce';
import type { RunState } from '../../../src/run/state';
import { plannedOf, type SyntheticOptions, syntheticRun, syntheticState } from '../../helpers/synthetic-run';
import { breakdownView, galleryOf } from './fakes';

type Setup = SyntheticOptions & {
  readonly strings?: Record<string, string>;
  readonly liveFrom?: number;
  /** What its pictures show, if not boxes. */
  readonly task?: string;
  /** Names of the classes of its val set. */
  readonly classes?: readonly string[];
  /** The format that a person chooses for a chart. */
  readonly saveAs?: 'csv' | 'png' | 'svg';
  /** Only the plan: no run yet. */
  readonly preview?: boolean;
  /** A second run to compare with. */
  readonly other?: SyntheticOptions;
};
type Harness = {
  setup: Setup;
  acquireVsCodeApi: () => unknown;
  actions: unknown[];
  /** Breakdowns and confined galleries that were asked for. */
  requests: unknown[];
  grow: (steps: number) => void;
};
const NAMES = { a: 'pcb-nano-3', b: 'pcb-micro-1' };
const page = window as unknown as Harness;

const { run, entries } = syntheticRun(page.setup);
const planned = plannedOf(page.setup);
let fed = page.setup.liveFrom ?? entries.length;
let state = page.setup.preview
  ? { ...createRunState(), meta: { title: 'pcb.train.yaml' } }
  : entries.slice(0, fed).reduce(reduceRun, createRunState(run));
const session = createViewSession();
const t = createTranslate(page.setup.strings);
const input = (): ViewInput => ({
  state,
  planned,
  presence: state.status ? { state: state.status.state, note: state.status.reason } : undefined,
  now: run.created + 1000 * 60 * 25,
  t,
  ...(page.setup.other ? against(page.setup.other) : {}),
});
const against = (options: SyntheticOptions): Pick<ViewInput, 'other' | 'comparison'> => ({
  other: {
    state: { ...syntheticState(options), meta: { title: 'pcb-micro-1' } as RunState['meta'] },
    planned: plannedOf(options),
    presence: undefined,
    now: 0,
    t,
  },
  comparison: {
    difference: 0.011,
    notes: [
      boxesSentence({ map: 0.011, low: -0.004, high: 0.024 }, NAMES),
      groundSentence({ replicates: 1000, drawn: { by: 'look', units: 26, designEffect: 3.1 } }),
      words('which recipe is better is not known from one run each'),
      SAMPLING_ONLY,
    ].map((sentence) => ({ words: sentence, tone: 'quiet' })),
  },
});
const tell = (): void => {
  const update = session.update(input());
  if (update) channel.event('update', update);
};
page.actions = [];
page.requests = [];
const channel = createPageLine({
  send: (message) => setTimeout(() => window.dispatchEvent(new MessageEvent('message', { data: message }))),
  handlers: {
    open: (lens) => {
      session.open(lens as Lens);
      tell();
    },
    lens: (lens) => {
      session.setLens(lens as Lens);
      tell();
    },
    act: (action) => void page.actions.push(action),
    breakdown: (params) => {
      page.requests.push({ breakdown: params });
      return breakdownView(state, page.setup.classes);
    },
    gallery: (params) => {
      if ((params as { confused?: unknown }).confused) page.requests.push({ gallery: params });
      return galleryOf(page.setup.task, (params as { from: number }).from);
    },
    copy: (what) => void page.actions.push(what),
    copyChart: (what) => void page.actions.push(what),
    saveChart: () => (page.setup.saveAs === 'png' ? 'png' : 'svg'),
    saveFormat: () => page.setup.saveAs ?? 'svg',
    saveFile: (file) => void page.actions.push(file),
  },
  onEvent: (name, value) => void page.actions.push([name, value]),
});
page.grow = (steps) => {
  for (const entry of entries.slice(fed, fed + steps)) state = reduceRun(state, entry);
  fed += steps;
  tell();
};
page.acquireVsCodeApi = () => ({
  postMessage: (message: unknown) => setTimeout(() => channel.receive(message)),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
  setState: (value: unknown) => sessionStorage.setItem('state', JSON.stringify(value)),
});
