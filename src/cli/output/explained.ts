import path from 'node:path';
import { STATISTICS_PAGE, type Topic } from '../../domain/display/statistics-page';

/** Where it says what a number means; the page lies beside the program. */
export function explainedLine(installDir: string, topic?: Topic): string {
  const page = path.join(path.dirname(installDir), STATISTICS_PAGE);
  return `what this means, how it was checked and what it does not cover: ${page}${topic ? `#${topic}` : ''}`;
}
