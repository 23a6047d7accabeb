import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { words } from '../../../../src/base/words';
import { translateFor } from '../../../../src/engine/translate';
import { environmentReport, targetReport } from '../../../../src/extension/commands/environment-report';

const t = createTranslate();
const cpu = {
  provider: 'cpu',
  device: 'cpu',
  available: true,
  software: false,
  half: false,
  halfReason: 'a CPU computes in FP32',
  reason: 'a small convolution ran on it',
};
const cuda = { ...cpu, provider: 'cuda', device: '0', available: false, reason: 'no <driver>' };

describe('the environment as a page', () => {
  it('says of each device whether it can be used, and why not', () => {
    const text = environmentReport({ machine: 'a machine', devices: [cpu, cuda], pythons: [] }, t);
    expect(text).toContain('- **cpu** · usable: yes · FP16: no  \n  a small convolution ran on it; a CPU');
    expect(text).toContain('- **cuda (0)** · usable: no · FP16: no  \n  no &lt;driver\\>');
    expect(text).toContain('No Python was found');
  });

  it('tells that no device could be asked, and lists Pythons with what they have', () => {
    const python = { executable: '/opt/my_env/bin/python', found: 'PATH', version: '3.11.7', packages: {} };
    const text = environmentReport({ machine: 'm', devices: 'it fell over', pythons: [python] }, t);
    expect(text).toContain('The devices could not be listed: it fell over');
    expect(text).toContain('torch – · ultralytics –  \n  /opt/my\\_env/bin/python');
  });
});

it('a cluster as a page: what is there, and the fix of what is not', () => {
  const findings = [
    { ok: true, said: words('the clocks are {0} s apart', '0.2') },
    { ok: false, said: words('there is no partition {0}', 'a_b'), fix: words('name another one, or wait') },
  ];
  expect(targetReport('gpu', findings, t)).toBe(
    '# Target gpu\n\n- ✓ the clocks are 0.2 s apart\n- ✗ there is no partition a\\_b  \n  name another one, or wait\n',
  );
  const chinese = translateFor('zh-cn');
  expect(targetReport('gpu', findings, chinese)).toBe(
    '# 目标 gpu\n\n- ✓ 时钟相差 0.2 秒\n- ✗ 没有分区 a\\_b  \n  请改用其他分区，或等待\n',
  );
});
