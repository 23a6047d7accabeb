import path from 'node:path';
import { STATISTICS_PAGE, type Topic } from '../../domain/display/statistics-page';

/** The page that says what a number means; it is beside the program. */
export function explainedLine(installDir: string, ...topics: readonly Topic[]): string {
  const page = path.join(path.dirname(installDir), STATISTICS_PAGE);
  return `what this means, how it was checked and what it does not cover: ${page}${topics.map((topic) => `#${topic}`).join(', ')}`;
}
