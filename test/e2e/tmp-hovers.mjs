import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { launchChromium } from './chromium.mjs';
import { editor } from './provision.mjs';
import { createSuite } from './suite.mjs';
import { hovers } from './suites/hovers.mjs';
import { packageTarget } from '../../src/build/package.mjs';
rmSync('/tmp/phext',{recursive:true,force:true}); mkdirSync('/tmp/phext/ext',{recursive:true});
const vsix = await packageTarget('linux-x64','/tmp/phext');
const { node, entry } = editor();
const r = spawnSync(node,[entry,'--user-data-dir','/tmp/phext/data','--extensions-dir','/tmp/phext/ext','--install-extension',vsix],{encoding:'utf8'});
console.log(r.stdout.slice(-200), r.stderr.slice(-300));
const browser = await launchChromium();
const suite = createSuite(process.argv[2] ?? '');
try { await hovers({suite,browser,extensions:'/tmp/phext/ext'}); } finally { await browser.close(); }
console.log(suite.counts);
