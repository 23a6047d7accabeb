import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  explainAction,
  STATISTICS_PAGE,
  TILE_TOPICS,
  TOPICS,
  topicOf,
  topicOfAlarm,
} from '../../../../src/domain/display/statistics-page';
import { LOSS_RULES } from '../../../../src/domain/run/loss-rules';
import { MONITOR_RULES } from '../../../../src/domain/run/monitors/rules';
import { repositoryRoot } from '../../../helpers/shared';

it('every paragraph that a verdict links to is a heading of the page', () => {
  const page = readFileSync(path.join(repositoryRoot, STATISTICS_PAGE), 'utf8');
  const anchors = [...page.matchAll(/^#{2,3} (.+)$/gm)].map(([, title]) =>
    title.toLowerCase().replaceAll(',', '').replaceAll(' ', '-'),
  );
  expect(TOPICS.filter((topic) => !anchors.includes(topic))).toEqual([]);
  for (const topic of Object.values(TILE_TOPICS)) expect(TOPICS).toContain(topic);
});

it('every alarm of a rule that is measured links to a paragraph', () => {
  const rules = [...LOSS_RULES, ...MONITOR_RULES].map(({ rule }) => rule);
  const more = ['diverged', 'non_finite', 'plateau', 'plateau_lr_decays', 'metric_not_begun', 'stall'];
  expect(rules.length).toBeGreaterThan(10);
  expect([...rules, ...more].filter((rule) => topicOfAlarm(rule) === undefined)).toEqual([]);
  expect(topicOfAlarm('keeper')).toBeUndefined();
});

it('a page may ask for these paragraphs and no others', () => {
  expect(topicOf(explainAction('difference'))).toBe('difference');
  expect(topicOf('explain:../../etc')).toBeUndefined();
  expect(topicOf('stop')).toBeUndefined();
});
