import { parseExperiment } from '../../src/domain/experiment/parse';
import type { Experiment } from '../../src/domain/experiment/types';
import type { RunFile } from '../../src/run/files';

/** An experiment with every key, as run.json holds it; `part` takes the place of defaults. */
export function wholeExperiment(part: Partial<Experiment> = {}): Experiment {
  const { draft } = parseExperiment('trainer: builtin\nmodel: nano\ndata: data.yaml\n', { file: 'a.yaml' });
  return { ...draft, ...part };
}

/** The least that run.json has to hold. */
export function wholeRunFile(part: Partial<RunFile> = {}): RunFile {
  return {
    format: 1,
    id: 'test',
    name: 'test',
    created: 1,
    experiment: { file: 'a.train.yaml', text: '', resolved: wholeExperiment() },
    set: [],
    cwd: '/',
    machine: { host: '', platform: '', cpus: 1, memoryBytes: 1, node: '' },
    pitwall: '0',
    ...part,
  };
}
