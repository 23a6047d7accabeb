import { describe, expect, it } from 'vitest';
import { createTranslate } from '../../../../src/base/translate';
import { environmentReport } from '../../../../src/extension/commands/environment-report';

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
