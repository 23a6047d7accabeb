import { createTranslate } from '../../base/translate';
import { compareMany } from '../compare/compare-many';
import type { ReportRequest } from '../runs/worker-task';
import { reportHtml } from './report-html';

/** The page as HTML, which opens without network. */
export async function reportOfRuns({
  asked,
  baseline,
  strings = {},
  ...page
}: ReportRequest): Promise<string> {
  const t = createTranslate(strings);
  return reportHtml(await compareMany(asked, baseline), { ...page, t, now: Date.now() });
}
