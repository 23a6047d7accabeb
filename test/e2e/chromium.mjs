// A Chromium for the suites: the system's, else the one from npm.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright-core';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Path of a browser, or undefined. PITWALL_CHROMIUM names one; if that does not exist, no other takes its place. */
export async function findChromium() {
  const named = process.env.PITWALL_CHROMIUM;
  if (named) return existsSync(named) ? named : undefined;
  const system = SYSTEM.find((file) => existsSync(file));
  if (system) return system;
  try {
    const { default: packaged } = await import('@sparticuz/chromium');
    return await packaged.executablePath();
  } catch {
    return undefined;
  }
}

export async function launchChromium() {
  const executablePath = await findChromium();
  if (!executablePath)
    throw new Error('no Chromium: apt-get install chromium, or npm i -D @sparticuz/chromium');
  return chromium.launch({ executablePath, args: FLAGS });
}
