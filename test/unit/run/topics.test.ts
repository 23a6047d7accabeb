import { expect, it } from 'vitest';
import type { Topic } from '../../../src/domain/display/statistics-page';
import type { AlertText } from '../../../src/run/files';
import { topicOfListed } from '../../../src/run/kind';
import { wholeExperiment, wholeRunFile } from '../../helpers/whole-experiment';

type Listed = Parameters<typeof topicOfListed>[1];

const training = wholeRunFile({});
const { schedule } = wholeExperiment();
const tested = wholeExperiment({ schedule: { ...schedule, lr_range: { from: 1e-5, to: 1 } } });
const rangeTest = wholeRunFile({ experiment: { file: 'a.train.yaml', text: '', resolved: tested } });
const alarm = (rule?: string): AlertText => ({
  t: 1,
  severity: 'warning',
  message: 'm',
  ...(rule && { rule }),
});

it.each<[string, Listed, AlertText | undefined, Topic | undefined]>([
  ['diverged', { state: 'diverged', note: 'the loss left every bound' }, undefined, 'divergence'],
  ['ended early', { state: 'completed', note: 'early stop at epoch 7: map' }, undefined, 'early-stopping'],
  ['goes on with an alarm', { state: 'running' }, alarm('plateau'), 'plateau'],
  ['has an alarm that is no verdict', { state: 'running' }, alarm('keeper'), undefined],
  ['has an alarm of an earlier Pitwall', { state: 'running' }, alarm(), undefined],
  ['is complete', { state: 'completed' }, undefined, undefined],
])('a listed run that %s links to its paragraph', (_, listed, last, topic) => {
  expect(topicOfListed(training, listed, last)).toBe(topic);
  expect(topicOfListed(rangeTest, listed, last)).toBe('range-test');
});
