import type { Topic } from '../../domain/display/statistics-page';
import type { RunStateName } from '../../run/state-names';

// What the pages show, ready to draw: the host computes it from RunState, a page only lays it out. Texts are
// translated.

export type Tone = 'live' | 'good' | 'warning' | 'bad' | 'quiet';
/** `action`: the button beside it; `topic`: the paragraph that explains a verdict (docs/statistics.md). */
export type Sentence = {
  readonly text: string;
  readonly tone: Tone;
  readonly action?: ActionView;
  readonly topic?: Topic;
};

export type HeaderView = {
  readonly name: string;
  readonly state: RunStateName | 'preview' | 'comparison';
  readonly stateLabel: string;
  readonly tone: Tone;
  /** Epoch, step, time left. */
  readonly facts: readonly string[];
  readonly device: string;
  /** What NVIDIA cards do was read: there is a chart of it. */
  readonly hasGpu: boolean;
  /** Share of the steps done; undefined while the plan is unknown. */
  readonly progress: number | undefined;
  readonly actions: readonly ActionView[];
  /** The names of two runs that are compared. */
  readonly compared?: readonly [first: string, second: string];
  /** What the tables of classes show: the two metrics of the run's task. */
  readonly metrics: readonly [map: string, map50: string];
};

/** Ids are also the names of host actions; the page does not interpret them. */
export type ActionView = {
  readonly id: string;
  readonly label: string;
  readonly primary?: boolean;
  /** A codicon in the place of the words, of what is used rarely; the side panel has no room for those. */
  readonly icon?: string;
  readonly epoch?: number;
};

export type TileView = {
  readonly id:
    | ('map' | 'loss' | 'lr' | 'validation' | 'memory')
    | ('steps' | 'warmup' | 'peak' | 'final')
    | ('first' | 'second' | 'difference' | 'time');
  readonly label: string;
  readonly value: string;
  readonly notes: readonly Sentence[];
  /** A short curve for the side panel. */
  readonly spark: readonly number[];
};

export type CheckpointRow = {
  readonly epoch: number;
  readonly best: boolean;
  readonly busy: boolean;
  readonly map: string;
  readonly map50: string;
  readonly precision: string;
  readonly recall: string;
  readonly verdict: Sentence;
  /** The signed difference alone, for narrow places. */
  readonly change: string;
  readonly took: string;
  readonly size: string;
  readonly kept: Sentence;
  readonly actions: readonly ActionView[];
};

/** The rows that a page requested, and how many there are beside them. */
export type CheckpointTable = {
  readonly rows: readonly CheckpointRow[];
  readonly older: number;
  /** Number of checkpoints that were validated. */
  readonly validated: number;
};

export type SettingRow = {
  readonly key: string;
  readonly requested: string;
  readonly effective: string;
  readonly reason: string;
  readonly changed: boolean;
};

export type LogRow = {
  readonly t: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly source: string;
  readonly message: string;
};

export type ClassRow = {
  readonly name: string;
  readonly labels: string;
  readonly precision: string;
  readonly recall: string;
  readonly ap50: string;
  readonly ap: string;
  /** ap, for the bar. */
  readonly share: number;
  /** Of two runs: `ap50` is the first's mAP50-95, `ap` the second's, and this is their difference. */
  readonly difference?: string;
};

/** Everything but the charts. A section is sent again whole when it changed. */
export type Sections = {
  readonly header: HeaderView;
  readonly sentences: readonly Sentence[];
  readonly tiles: readonly TileView[];
  readonly checkpoints: CheckpointTable;
  readonly classes: readonly ClassRow[];
  readonly settings: readonly SettingRow[];
  readonly log: readonly LogRow[];
};

export const CHART_IDS = ['loss', 'lr', 'map', 'pr', 'timing', 'speed', 'gpu'] as const;
export type ChartId = (typeof CHART_IDS)[number];
export type XAxis = 'step' | 'epoch' | 'time';
export type Colour = 'blue' | 'red' | 'green' | 'purple' | 'yellow' | 'grey';

/** How a series is drawn: `raw` faint behind `smooth`; `points` without a line; `best` as a star. */
export type SeriesRole = 'raw' | 'smooth' | 'line' | 'planned' | 'dotted' | 'points' | 'best';

export type SeriesView = {
  readonly key: string;
  readonly label: string;
  readonly role: SeriesRole;
  readonly colour: Colour;
  /** Hidden until requested. */
  readonly optional?: boolean;
  readonly x: Float64Array;
  readonly y: Float64Array;
};

/**
 * A chart as data: what it shows, not how it is drawn, which is the page's ChartSpec. Its series are drafts before thinning,
 * columns on their way to a page, points on the page.
 */
export type ChartView<Series = SeriesView> = {
  readonly id: ChartId | 'curves';
  readonly title: string;
  /** One sentence that describes the chart for those who cannot see it. */
  readonly summary: string;
  readonly from: number;
  readonly to: number;
  readonly series: readonly Series[];
  readonly band?: { readonly from: number; readonly to: number; readonly label: string };
  readonly marks: readonly { readonly x: number; readonly label: string }[];
  /** Shown in place of the chart while there is nothing to draw. */
  readonly empty?: string;
  readonly unit: 'rate' | 'share' | 'number' | 'seconds';
  /** The length of the run is assumed: every step on the x axis carries a mark. */
  readonly assumed?: true;
};

/** What a page shows: the host thins for exactly this. Charts that are out of sight are absent. */
export type Lens = {
  readonly axis: XAxis;
  /** Weight of the loss average, 0 to 0.999. */
  readonly smoothing: number;
  readonly charts: Partial<Record<ChartId, ChartLens>>;
  /** How many of the newest checkpoints it lists. */
  readonly rows: number;
};
export type ChartLens = { readonly width: number; readonly from?: number; readonly to?: number };
