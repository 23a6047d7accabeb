/** The page that says what each number means, how that was checked and what it does not cover; it comes with the package. */
export const STATISTICS_PAGE = 'docs/statistics.md';

/** Its paragraphs; a test compares them with the headings. */
export const TOPICS = [
  'difference',
  'best-checkpoint',
  'recipes',
  'early-stopping',
  'plateau',
  'range-test',
  'divergence',
  'alarms-on-the-loss',
] as const;
export type Topic = (typeof TOPICS)[number];

/** What a tile of the dashboard or of a comparison is explained by. */
export const TILE_TOPICS: Readonly<Partial<Record<string, Topic>>> = {
  map: 'best-checkpoint',
  difference: 'difference',
};

const PREFIX = 'explain:';

/** Action of a page that opens a paragraph. */
export const explainAction = (topic: Topic): string => PREFIX + topic;

/** The paragraph that an action asks for; undefined for any other action. */
export function topicOf(action: string): Topic | undefined {
  return action.startsWith(PREFIX) ? TOPICS.find((topic) => PREFIX + topic === action) : undefined;
}
