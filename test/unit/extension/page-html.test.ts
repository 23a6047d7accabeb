import { describe, expect, it } from 'vitest';
import { pageHtml } from '../../../src/extension/pages/html';
import { predictionHtml } from '../../../src/extension/pages/prediction-html';

const page = (extra: object = {}): string =>
  pageHtml({
    entry: 'panel',
    title: 'pcb-nano-1',
    nonce: 'abc',
    source: 'https://editor.example',
    script: 'https://editor.example/panel.js',
    style: 'https://editor.example/panel.css',
    strings: {},
    subject: { kind: 'run', dir: '/runs/a' },
    language: 'en',
    ...extra,
  });

describe('a page', () => {
  it('may load nothing but what is named', () => {
    const [, policy] = /Content-Security-Policy" content="([^"]+)"/.exec(page()) ?? [];
    const directives = Object.fromEntries(
      policy.split('; ').map((d) => [d.split(' ')[0], d.split(' ').slice(1).join(' ')]),
    );
    expect(directives['default-src']).toContain('none');
    expect(directives['script-src']).toContain('nonce-abc');
    expect(policy).not.toMatch(/unsafe-|https:(?!\/\/editor)|\*/);
    expect(directives['connect-src']).toBeUndefined();
  });

  it('takes names of a run folder as text, whatever they contain', () => {
    const evil = '</script><script>alert(1)</script>';
    const html = page({ title: evil, subject: { kind: 'run', dir: evil }, strings: { [evil]: evil } });
    expect(html.match(/<script/g)).toHaveLength(3);
    expect(html).not.toContain('alert(1)</script>');
  });

  it('with a prediction runs no script and shows class names as text', () => {
    const box = { x1: 1, y1: 2, x2: 5, y2: 6, score: 0.9, class: 0, name: '<b>open</b>' };
    const prediction = { image: '/a/b.png', width: 10, height: 10, boxes: [box], seconds: 0.01 };
    const columns = { class: 'class', confidence: 'confidence', box: 'size' };
    const page = { prediction, name: '<i>.png', found: '1 found', image: 'AAAA', nonce: 'abc', columns };
    const html = predictionHtml(page);
    expect(html).not.toMatch(/<script|<b>|<i>|unsafe-|style="/);
    expect(html).toContain('&lt;b&gt;open');
  });
});
