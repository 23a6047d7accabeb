import { describe, expect, it } from 'vitest';
import { inEnglish, words } from '../../../../src/base/words';
import {
  MOST_AN_HOUR,
  maySend,
  type News,
  newsOfAlert,
  newsOfBest,
  newsOfEnd,
  type SentMessage,
} from '../../../../src/domain/notify/news';

const about = { run: 'pcb-1', host: 'gpu01' };
const said = (news: News | undefined): string | undefined =>
  news && `${news.kind}: ${inEnglish(news.title)} | ${inEnglish(news.text)}`;

describe('news', () => {
  const check = (news: News | undefined, expected: string | undefined): void =>
    expect(said(news)).toBe(expected);

  it('is the end of a run, with its best and its reason; a pause is none', () => {
    const best = { epoch: 28, map: 0.6119 };
    check(
      newsOfEnd(about, { state: 'completed', best }),
      'end: pcb-1 has completed | Best: epoch 28, mAP50-95 0.612. On gpu01.',
    );
    check(
      newsOfEnd(about, { state: 'failed', reason: words('exit code 1'), best }),
      'failure: pcb-1 has failed | exit code 1. Best: epoch 28, mAP50-95 0.612. On gpu01.',
    );
    check(newsOfEnd(about, { state: 'stopped' }), 'end: pcb-1 was stopped | On gpu01.');
    check(newsOfEnd(about, { state: 'paused' }), undefined);
  });

  it('is divergence and a stall, and no other alert', () => {
    const alert = { said: words('the loss is NaN'), next: words('lower the LR'), step: 7 };
    check(
      newsOfAlert(about, { rule: 'non_finite', ...alert }),
      'divergence: pcb-1 diverges | the loss is NaN. lower the LR. On gpu01.',
    );
    check(
      newsOfAlert(about, { rule: 'stall', said: words('silence') }),
      'stall: pcb-1 has stalled | silence. On gpu01.',
    );
    check(newsOfAlert(about, { rule: 'plateau', ...alert }), undefined);
  });

  it('is a best checkpoint that chance does not explain', () => {
    const best = { epoch: 9, map: 0.5, before: 7, difference: 0.02, high: 0.03 };
    check(
      newsOfBest(about, { ...best, low: 0.004 }),
      'best: pcb-1 has a new best checkpoint | epoch 9: mAP50-95 0.500, +0.0200 over epoch 7 (95 % interval +0.0040 to +0.0300). On gpu01.',
    );
    check(newsOfBest(about, { ...best, low: 0 }), undefined);
    check(newsOfBest(about, { ...best, low: Number.NaN }), undefined);
  });
});

describe('a run', () => {
  const MINUTE = 60_000;
  const at = (kind: SentMessage['kind'], ...minutes: number[]): SentMessage[] =>
    minutes.map((m) => ({ kind, t: m * MINUTE }));
  const check = (kind: SentMessage['kind'], sent: SentMessage[], minute: number, expected: boolean): void =>
    expect(maySend(kind, sent, minute * MINUTE)).toBe(expected);

  it('tells of a kind again after its gap, and of another kind at once', () => {
    check('divergence', at('divergence', 0), 9, false);
    check('divergence', at('divergence', 0), 10, true);
    check('stall', at('divergence', 0), 1, true);
    check('stall', at('stall', 0), 29, false);
  });

  it('tells twelve things an hour, and its end all the same', () => {
    const many = at('best', ...Array.from({ length: MOST_AN_HOUR }, (_, i) => i));
    check('stall', many, 20, false);
    check('end', many, 20, true);
    check('end', [...many, ...at('end', 19)], 20, false);
    check('stall', many, 61, true);
  });
});
