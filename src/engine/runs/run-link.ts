import type { RunSummary } from './list-runs';

/**
 * A link that opens a run's dashboard names the run by its id and no place: it cannot lead out of the folders that are open,
 * and it holds on another machine that has the run.
 */
const PATH = '/run';
/** Ours have 36 characters. */
const MOST_CHARACTERS = 200;

export const runLink = (scheme: string, extension: string, id: string): string =>
  `${scheme}://${extension}${PATH}?id=${encodeURIComponent(id)}`;

type LinkedRun = Pick<RunSummary, 'dir' | 'own'> & { readonly run: { readonly id: string } };

/** The run that a link names, of those that are listed; of several copies the user's own. Undefined for any other link. */
export function runOfLink<R extends LinkedRun>(
  link: { readonly path: string; readonly query: string },
  runs: readonly R[],
): R | undefined {
  const fields = [...new URLSearchParams(link.query)];
  const [name, id] = fields.length === 1 ? fields[0] : [];
  if (link.path !== PATH || name !== 'id' || !id || id.length > MOST_CHARACTERS) return undefined;
  const named = runs.filter((listed) => listed.run.id === id);
  return named.find(({ own }) => own) ?? named[0];
}
