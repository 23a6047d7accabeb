import { inEnglish, type Words, words } from '../base/words';
import type { ValidateParams, ValidateResult } from '../protocol/validator';

/** More than this is not rounding: an engine that is silently wrong differs by tenths (ultralytics#26223). */
const MOST_DIFFERENCE = 0.001;

const LEAST_MAP = 0.01;

/** What is known of FP16 on a device: undefined until a validation was made in both precisions. */
export type HalfTrust = Map<string, { readonly isTrusted: boolean; readonly difference: number }>;

type Validate = (params: ValidateParams) => Promise<ValidateResult>;

/**
 * Validates; under `half: auto` FP16 counts only once its mAP was that of FP32 on the same images. That is tried on the first
 * model of a device, and holds for the checkpoints after it: what differs by more is validated in FP32 from then on.
 */
export async function validateChecked(
  trust: HalfTrust,
  params: ValidateParams,
  validate: Validate,
): Promise<ValidateResult> {
  if (params.half !== 'auto') return validate(params);
  const key = JSON.stringify([params.device, params.imgsz, params.data, params.split]);
  const full = () => inFull(trust, key, () => validate({ ...params, half: 'off' }));
  if (trust.get(key)?.isTrusted === false) return full();
  const half = await validate(params);
  if (!half.report.half || trust.has(key)) return half;
  const checked = await compare(half, params, validate);
  // A model that finds nothing yet is equally wrong in both: the next checkpoint is tried again.
  if (!checked.isTrusted || checked.map >= LEAST_MAP) trust.set(key, checked);
  return checked.isTrusted ? checked.half : full();
}

/** The same model and images in FP32, of which nothing is written. */
async function compare(half: ValidateResult, params: ValidateParams, validate: Validate) {
  const { det: _det, saveJson: _json, pictures: _pictures, ...rest } = params;
  const { report } = await validate({ ...rest, half: 'off' });
  const difference = Math.abs(half.report.map - report.map);
  const isTrusted = !(difference >= MOST_DIFFERENCE);
  const why = words('{0}; its mAP is that of FP32 within {1}', half.why ?? '', MOST_DIFFERENCE);
  // A file that is FP16 itself has no other precision.
  const said = report.half ? half : { ...half, ...saying(half, why) };
  return { isTrusted, difference, map: report.map, half: said };
}

async function inFull(
  trust: HalfTrust,
  key: string,
  validate: () => Promise<ValidateResult>,
): Promise<ValidateResult> {
  const result = await validate();
  const difference = trust.get(key)?.difference ?? Number.NaN;
  return {
    ...result,
    ...saying(result, words('FP32: the mAP of FP16 differed by {0}', difference.toFixed(4))),
  };
}

const saying = ({ report }: ValidateResult, why: Words): Pick<ValidateResult, 'why' | 'report'> => ({
  why,
  report: { ...report, why: inEnglish(why) },
});
