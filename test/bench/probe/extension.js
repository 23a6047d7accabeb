// Lives in the extension host beside Pitwall and writes down how long that was held up at most since the last report.
const { writeFileSync } = require('node:fs');
const { monitorEventLoopDelay } = require('node:perf_hooks');
const vscode = require('vscode');

exports.activate = (context) => {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  context.subscriptions.push(
    vscode.commands.registerCommand('probe.report', () => {
      const report = { max: delay.max / 1e6, p99: delay.percentile(99) / 1e6 };
      delay.reset();
      writeFileSync(process.env.PITWALL_PROBE, JSON.stringify(report));
    }),
  );
};
