// Lives in the extension host beside Pitwall and writes down, in ms, how long that was held up at most since the last report,
// and the CPU time that it took since it started.
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const vscode = require('vscode');

exports.activate = (context) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  context.subscriptions.push(
    vscode.commands.registerCommand('probe.report', () => {
      const { user, system } = process.cpuUsage();
      const cpu = (user + system) / 1e3;
      const report = { max: delay.max / 1e6, p99: delay.percentile(99) / 1e6, cpu };
      delay.reset();
      writeFileSync(process.env.PITWALL_PROBE, JSON.stringify(report));
    }),
  );
};
