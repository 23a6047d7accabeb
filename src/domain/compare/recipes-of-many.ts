import { type Words, words } from '../../base/words';
import type { RecipeVerdict } from './between-seeds';
import { epochsSentence, recipeSentence } from './sentences';
import type { Named } from './sides';

/** A run of a table, and what is known of its recipe beside that of the baseline; undefined: nothing was judged. */
export type RecipeOfOne = { readonly name: string; readonly recipes: RecipeVerdict | undefined };

/** Which of the two is ahead is in the table already; without it what is known of many of them is one sentence. */
const UNDECIDED = { low: -1, high: 1 };

/** What the seeds of recipes say beyond the runs of a table, once for all runs of which they say the same. */
export function recipesOfMany(runs: readonly RecipeOfOne[], baseline: string): Words[] {
  const alike = new Map<string, { readonly said: Words; readonly names: readonly string[] }>();
  for (const { name, recipes } of runs) {
    if (!recipes) continue;
    const said = saidOf(recipes, { a: baseline, b: name });
    const key = JSON.stringify(said);
    alike.set(key, { said, names: [...(alike.get(key)?.names ?? []), name] });
  }
  return [...alike.values()].map(({ said, names }) =>
    words('{0} against {1}: {2}', names.join(', '), baseline, said),
  );
}

function saidOf(recipes: RecipeVerdict, names: Named): Words {
  const said = recipeSentence(recipes, UNDECIDED, names);
  const epochs = epochsSentence(recipes, names);
  return epochs ? words('{0}; {1}', said, epochs) : said;
}
