import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Words } from '../../../src/base/words';
import { ValidationPlacement } from '../../../src/keeper/placement';
import { englishOf } from '../../helpers/english-of';
import { stubHangingNvidiaSmi, stubNvidiaSmi } from '../../helpers/stub-nvidia-smi';
import { wholeExperiment, wholeRunFile } from '../../helpers/whole-experiment';

const CARDS = `0, GPU-aaaa, 81559, 71000, 10069, 9.0, Disabled, NVIDIA H100
1, GPU-bbbb, 81559, 600, 80469, 9.0, Disabled, NVIDIA H100
`;

let folder: string;
let notes: string[];
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'pitwall-placement-'));
  notes = [];
  stubNvidiaSmi(folder, { '--query-gpu': CARDS });
  vi.stubEnv('PATH', `${folder}${path.delimiter}${process.env.PATH}`);
  vi.stubEnv('CUDA_VISIBLE_DEVICES', '1,0');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const resolved = wholeExperiment({ trainer: 'ultralytics' });
const run = wholeRunFile({ experiment: { file: 'a.train.yaml', text: '', resolved } });

const placement = () =>
  new ValidationPlacement({
    ...{ dir: folder, run, installDir: folder },
    onNote: (said: Words) => notes.push(englishOf(said)),
    trainerMemory: () => undefined,
  });

describe.skipIf(process.platform === 'win32')(
  'the device on which a keeper has its checkpoints validated',
  () => {
    test('is a card by its number in the allocation, with the reason, said once', async () => {
      const placed = placement();
      expect(await placed.deviceFor('auto', 'ultralytics')).toBe('cuda:0');
      expect(await placed.deviceFor('auto', 'ultralytics')).toBe('cuda:0');
      expect(notes).toEqual(['validation.device: auto is cuda:0: GPU 1 (NVIDIA H100) has 78.6 GB free']);
    });

    test('is what the settings name, and left to the validator if it could not use a card', async () => {
      expect(await placement().deviceFor('cuda:1', 'ultralytics')).toBe('cuda:1');
      // No GPU runtime is installed there.
      expect(await placement().deviceFor('auto', 'onnx')).toBe('auto');
      vi.stubEnv('PATH', '/nowhere');
      expect(await placement().deviceFor('auto', 'ultralytics')).toBe('auto');
      expect(notes).toEqual([]);
    });

    test('is the CPU while nvidia-smi gives no answer, which is said', async () => {
      const stub = stubHangingNvidiaSmi(folder);
      try {
        expect(await placement().deviceFor('auto', 'ultralytics')).toBe('cpu');
        expect(notes).toEqual([
          'validation.device: auto is cpu: nvidia-smi gives no answer; validation.device: cuda uses a card nevertheless',
        ]);
      } finally {
        stub.end();
      }
    });

    test('becomes the CPU for good if the card has no memory after all, which is said', async () => {
      const placed = placement();
      const device = await placed.deviceFor('auto', 'ultralytics');
      const error = new Error('CUDA out of memory. Tried to allocate 2.00 GiB');
      expect(placed.fellShort('auto', device, error)).toBe(true);
      expect(await placed.deviceFor('auto', 'ultralytics')).toBe('cpu');
      expect(notes.at(-1)).toMatch(
        /^cuda:0 has no memory for validation, which goes on on the CPU: CUDA out of memory/,
      );
      // A card that a person named is not left silently, and another error is not one of memory.
      expect(placement().fellShort('cuda:0', 'cuda:0', error)).toBe(false);
      expect(placement().fellShort('auto', 'cuda:0', new Error('no such file'))).toBe(false);
    });
  },
);
