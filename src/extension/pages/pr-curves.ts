import { precisionRecallCurves, RECALLS } from '../../domain/display/pr-curves';
import type { LiveRun } from '../../engine/runs/live-run';
import type { PrCurves } from '../../protocol/webview';
import { readDetections } from './detections';

/** Precision over recall of each class of the newest validated checkpoint. */
export async function prCurvesOf(run: LiveRun, epoch: number | undefined): Promise<PrCurves> {
  const kept = await readDetections(run, epoch);
  if (!kept) return { epoch: undefined, curves: [] };
  const { header, truth, detections } = kept.file;
  const recall = Float64Array.from({ length: RECALLS }, (_, i) => i / (RECALLS - 1));
  const curves = precisionRecallCurves(truth, detections, header.rule.matching).map((curve) => ({
    name: header.classes[curve.class] ?? String(curve.class),
    ap50: curve.ap50,
    recall,
    precision: curve.precision,
  }));
  return { epoch: kept.validated.epoch, curves };
}
