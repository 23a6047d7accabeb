/** The page that says what each number means, how that was checked and what it does not cover; it comes with the package. */
export const STATISTICS_PAGE = 'docs/statistics.md';

/** Its paragraphs; a test compares them with the headings. */
export const TOPICS = [
  'difference',
  'classes',
  'several-runs-and-a-gate',
  'best-checkpoint',
  'recipes',
  'early-stopping',
  'plateau',
  'range-test',
  'divergence',
  'alarms',
] as const;
export type Topic = (typeof TOPICS)[number];

/** What a tile of the dashboard or of a comparison is explained by. */
export const TILE_TOPICS: Readonly<Partial<Record<string, Topic>>> = {
  map: 'best-checkpoint',
  difference: 'difference',
};

/** What an alarm is explained by; a keeper that failed or a val set that was changed needs no explanation. */
const ALARM_TOPICS: Readonly<Partial<Record<string, Topic>>> = {
  diverged: 'divergence',
  non_finite: 'divergence',
  plateau: 'plateau',
  plateau_lr_decays: 'plateau',
  metric_not_begun: 'early-stopping',
  ...topicsOf(['spike', 'jump', 'creep', 'no_learning', 'oscillation', 'overfitting', 'map_collapse']),
  ...topicsOf(['throughput_drop', 'loader_starving', 'stall', 'validation_behind', 'lr_off_plan']),
  ...topicsOf(['gpu_memory', 'memory_near_limit', 'disk_nearly_full']),
};

function topicsOf(rules: readonly string[]): Record<string, Topic> {
  return Object.fromEntries(rules.map((rule) => [rule, 'alarms']));
}

export const topicOfAlarm = (rule: string): Topic | undefined => ALARM_TOPICS[rule];

const PREFIX = 'explain:';

/** Action of a page that opens a paragraph. */
export const explainAction = (topic: Topic): string => PREFIX + topic;

/** The paragraph that an action asks for; undefined for any other action. */
export function topicOf(action: string): Topic | undefined {
  return action.startsWith(PREFIX) ? TOPICS.find((topic) => PREFIX + topic === action) : undefined;
}
