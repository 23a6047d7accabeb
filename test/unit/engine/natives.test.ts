import { expect, it } from 'vitest';
import { whyNotLoaded } from '../../../src/engine/natives';
import { englishOf } from '../../helpers/english-of';

const OUTPUT = `node:internal/modules/cjs/loader:1460
Error: The specified module could not be found.
\\\\?\\C:\\x\\onnxruntime_binding.node
  code: 'ERR_DLOPEN_FAILED'
Node.js v22.23.3`;

it('names the Visual C++ runtime if Windows cannot load a native module, and for no other reason', () => {
  expect(englishOf(whyNotLoaded(OUTPUT, 'win32', 'x64'))).toContain(
    'winget install Microsoft.VCRedist.2015+.x64',
  );
  expect(whyNotLoaded(OUTPUT, 'linux', 'x64')).toBeUndefined();
  expect(whyNotLoaded('RangeError: x', 'win32', 'x64')).toBeUndefined();
});
