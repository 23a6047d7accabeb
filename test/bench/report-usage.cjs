// Preloaded into a measured Node process: at its end it writes CPU seconds and peak memory to file descriptor 3.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeSync(3, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, rssMiB: maxRSS / 1024 }));
});
