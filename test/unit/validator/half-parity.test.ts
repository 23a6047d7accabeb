import { describe, expect, test } from 'vitest';
import { words } from '../../../src/base/words';
import { type ValidateParams, type ValidateResult, zValidateParams } from '../../../src/protocol/validator';
import { NO_COCO } from '../../../src/run/validation';
import { type HalfTrust, validateChecked } from '../../../src/validator/half-parity';
import { englishOf } from '../../helpers/english-of';

const PARAMS = zValidateParams.parse({
  model: 'a.onnx',
  data: 'a.yaml',
  half: 'auto',
  det: 'a.det',
  saveJson: 'a.json',
});

const REPORT: ValidateResult['report'] = {
  ...{
    images: 1,
    device: 'cuda',
    imgsz: 640,
    batch: 1,
    half: false,
    skipped: 0,
    perClass: [],
    coco: NO_COCO,
  },
  ...{ map: 0, map50: 0, map75: 0, precision: 0, recall: 0, f1: 0, confidence: 0 },
  seconds: { total: 1, inference: 1 },
};

/** A device that runs FP16 unless that is switched off: mAP in FP16 and FP32, and what it was asked. */
function deviceOf(half: number, full: number) {
  const asked: ValidateParams[] = [];
  const validate = async (params: ValidateParams): Promise<ValidateResult> => {
    asked.push(params);
    const isHalf = params.half !== 'off';
    const why = words('the provider has FP16');
    const report = { ...REPORT, half: isHalf, map: isHalf ? half : full };
    return { report, why, fingerprint: 'f', problems: [] };
  };
  return { asked, validate };
}

const ran = (asked: readonly ValidateParams[]) => asked.map(({ half, det }) => [half, det !== undefined]);

describe('FP16 under half: auto', () => {
  test('counts if its mAP is that of FP32, which is tried once and writes nothing', async () => {
    const trust: HalfTrust = new Map();
    const { asked, validate } = deviceOf(0.4, 0.4009);
    const first = await validateChecked(trust, PARAMS, validate);
    expect(first.report).toMatchObject({ half: true, map: 0.4 });
    expect(englishOf(first.why ?? words(''))).toBe(
      'the provider has FP16; its mAP is that of FP32 within 0.001',
    );
    await validateChecked(trust, { ...PARAMS, model: 'b.onnx' }, validate);
    expect(ran(asked)).toEqual([
      ['auto', true],
      ['off', false],
      ['auto', true],
    ]);
    expect(asked[1].saveJson).toBeUndefined();
  });

  test('is left for good if it differs, with the reason, and FP32 writes the detections', async () => {
    const trust: HalfTrust = new Map();
    const { asked, validate } = deviceOf(0.458, 0.701);
    const first = await validateChecked(trust, PARAMS, validate);
    const second = await validateChecked(trust, { ...PARAMS, model: 'b.onnx' }, validate);
    for (const { report, why } of [first, second]) {
      expect(report).toMatchObject({
        half: false,
        map: 0.701,
        why: 'FP32: the mAP of FP16 differed by 0.2430',
      });
      expect(englishOf(why ?? words(''))).toBe(report.why);
    }
    expect(ran(asked).at(-2)).toEqual(['off', true]);
    expect(ran(asked).at(-1)).toEqual(['off', true]);
    expect(asked).toHaveLength(4);
  });

  test('is not trusted by a model that finds nothing yet', async () => {
    const trust: HalfTrust = new Map();
    await validateChecked(trust, PARAMS, deviceOf(0, 0.0001).validate);
    const { asked, validate } = deviceOf(0.1, 0.4);
    expect((await validateChecked(trust, PARAMS, validate)).report.map).toBe(0.4);
    expect(asked).toHaveLength(3);
  });

  test('is what a file is that has no other precision, of which nothing is said', async () => {
    const { validate } = deviceOf(0.4, 0.9);
    const native = (params: ValidateParams) => validate({ ...params, half: 'on' });
    const { report, why } = await validateChecked(new Map(), PARAMS, native);
    expect([report.half, englishOf(why ?? words(''))]).toEqual([true, 'the provider has FP16']);
  });

  test('is not tried if a person decided, and FP32 is not run twice', async () => {
    const on = deviceOf(0.1, 0.4);
    expect((await validateChecked(new Map(), { ...PARAMS, half: 'on' }, on.validate)).report.map).toBe(0.1);
    const cpu = deviceOf(0.4, 0.4);
    const alwaysFull = (params: ValidateParams) => cpu.validate({ ...params, half: 'off' });
    await validateChecked(new Map(), PARAMS, alwaysFull);
    expect([on.asked.length, cpu.asked.length]).toEqual([1, 1]);
  });
});
