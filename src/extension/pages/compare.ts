import { words } from '../../base/words';
import type { Refused } from '../../domain/compare/footing';
import { boxesSentence, type Named, recipeSentence } from '../../domain/compare/sentences';
import { judgeDifference } from '../../domain/compare/verdict';
import { formatSigned } from '../../domain/display/format';
import type { RunsCompared } from '../../engine/compare/compare-runs';
import { runInWorker } from '../../engine/runs/worker-task';
import type { ComparisonNote, RunComparison } from '../../protocol/dashboard/run-comparison';
import type { BaseServices } from '../base-services';

type Two = { readonly a: string; readonly b: string };

/**
 * The second run's best checkpoint against the first's, image by image. A paired bootstrap takes seconds, so it runs in a
 * thread; undefined where a run has kept no detections.
 */
export async function compareBest(
  services: BaseServices,
  dirs: Two,
  names: Named,
): Promise<RunComparison | undefined> {
  try {
    const { installDir } = services.host();
    const answer = await runInWorker(installDir, { kind: 'compare', ...dirs });
    return comparisonOf(answer as RunsCompared | Refused, names);
  } catch (error) {
    services.log.info(`${dirs.a} and ${dirs.b} were not compared image by image: ${String(error)}`);
    return undefined;
  }
}

const TONES = { first: 'warning', second: 'good', neither: 'quiet' } as const;

function comparisonOf(compared: RunsCompared | Refused, names: Named): RunComparison {
  if (compared.kind === 'refused')
    return { difference: undefined, notes: [{ words: compared.why, tone: 'warning' }] };
  const { comparison, recipes, said } = compared;
  const { map, low, high } = comparison;
  const notes: ComparisonNote[] = [
    { words: boxesSentence(comparison, names), tone: TONES[judgeDifference(comparison)] },
    { words: words('95 % within {0} … {1}', formatSigned(low), formatSigned(high)), tone: 'quiet' },
    ...[recipeSentence(recipes, comparison, names), ...said].map((w) => ({
      words: w,
      tone: 'quiet' as const,
    })),
  ];
  return { difference: map, notes };
}
