import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  explainAction,
  STATISTICS_PAGE,
  TILE_TOPICS,
  TOPICS,
  topicOf,
} from '../../../../src/domain/display/statistics-page';
import { repositoryRoot } from '../../../helpers/shared';

it('every paragraph that a verdict links to is a heading of the page', () => {
  const page = readFileSync(path.join(repositoryRoot, STATISTICS_PAGE), 'utf8');
  const anchors = [...page.matchAll(/^## (.+)$/gm)].map(([, title]) =>
    title.toLowerCase().replaceAll(' ', '-'),
  );
  expect(TOPICS.filter((topic) => !anchors.includes(topic))).toEqual([]);
  for (const topic of Object.values(TILE_TOPICS)) expect(TOPICS).toContain(topic);
});

it('a page may ask for these paragraphs and no others', () => {
  expect(topicOf(explainAction('difference'))).toBe('difference');
  expect(topicOf('explain:../../etc')).toBeUndefined();
  expect(topicOf('stop')).toBeUndefined();
});
