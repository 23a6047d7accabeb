import { AXES } from './report-axis';
import { BREAKDOWN_STYLE } from './report-breakdown';

/** Twenty colours that stay apart on white and on black; the first eight also for colour-blind readers. */
const COLOURS = [
  ...['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6d31', '#7f7f7f'],
  ...['#9467bd', '#17becf', '#bcbd22', '#e377c2', '#1b9e77', '#d62728', '#6b6ecf', '#637939'],
  ...['#a55194', '#3182bd', '#fd8d3c', '#74c476'],
];

/** The charts over the chosen axis are shown, as the boxes of the legend show lines. */
const OVER = AXES.map((name) => `body:has(#axis-${name}:checked) .over-${name}{display:grid}`).join('');

/** A run's line is hidden while its box of the legend is not checked: no script is needed for it. */
const SERIES = COLOURS.map(
  (colour, i) =>
    `.line.s${i}{stroke:${colour}}.key.s${i}{background:${colour}}body:has(#show${i}:not(:checked)) .line.s${i}{display:none}`,
).join('\n');

export const REPORT_STYLE = `
:root{--text:#1f1f1f;--quiet:#5f6368;--back:#fff;--line:#d7d9dc;--soft:#f4f5f6;--good:#1a7f37;--bad:#b42318}
@media (prefers-color-scheme:dark){:root{--text:#e4e4e4;--quiet:#a8a8a8;--back:#1b1b1b;--line:#444;--soft:#262626;--good:#6fcf7f;--bad:#ff8f85}}
body.vscode-body{--text:var(--vscode-foreground);--quiet:var(--vscode-descriptionForeground);--back:var(--vscode-editor-background);--line:color-mix(in srgb,var(--vscode-foreground) 22%,transparent);--soft:color-mix(in srgb,var(--vscode-foreground) 6%,transparent);--good:color-mix(in srgb,var(--vscode-charts-green) 80%,var(--vscode-foreground));--bad:var(--vscode-errorForeground)}
body.vscode-high-contrast,body.vscode-high-contrast-light{--line:var(--vscode-contrastBorder);--quiet:var(--vscode-foreground);--soft:transparent}
*{box-sizing:border-box}
body{margin:0 auto;padding:20px 16px 48px;max-width:1180px;color:var(--text);background:var(--back);font:14px/1.5 var(--vscode-font-family,system-ui,sans-serif)}
h1{font-size:22px;margin:0 0 4px}h2{font-size:16px;margin:28px 0 8px}h3{font-size:14px;margin:0 0 4px}p{margin:4px 0;max-width:72em}
.quiet{color:var(--quiet)}.good{color:var(--good)}.bad{color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:4px 10px 4px 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
th{color:var(--quiet);font-weight:normal;white-space:nowrap}td.n,th.n{text-align:right;white-space:nowrap}td{overflow-wrap:break-word}
.scroll td:first-child{position:sticky;left:0;max-width:60vw;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;background:var(--back)}
.charts{display:none;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:16px}figure{margin:0}
figcaption{font-weight:600;margin-bottom:2px}svg{width:100%;height:auto;display:block}
.line{fill:none;stroke-width:1.6;vector-effect:non-scaling-stroke}.axis{fill:none;stroke:var(--quiet)}.grid{stroke:var(--line);stroke-dasharray:2 4}.tick{fill:var(--quiet);font-size:11px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:8px 0}.legend label{display:flex;align-items:center;gap:6px;cursor:pointer}
.key{display:inline-block;flex:none;width:14px;height:4px;border-radius:2px}
details{border:1px solid var(--line);border-radius:4px;padding:8px 12px;margin:8px 0}summary{cursor:pointer;overflow-wrap:anywhere}
pre{background:var(--soft);padding:8px;overflow-x:auto;font-size:12px;margin:6px 0}
.images{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,420px),1fr));gap:14px;margin:8px 0}.images figure{break-inside:avoid}.images figcaption{font-weight:normal;font-size:12px;overflow-wrap:anywhere}
.named{display:flex;align-items:center;gap:6px}.key:is(.truth,.missed,.hit,.false){background:var(--box)}.box{fill:none;stroke-width:2;vector-effect:non-scaling-stroke}.box.missed{stroke-dasharray:5 3}.truth{--box:#56b4e9}.missed{--box:#f0b323}.hit{--box:#2bc48f}.false{--box:#ff7a45}.box{stroke:var(--box)}.tag{fill:var(--box);stroke:#000;stroke-width:2.5;paint-order:stroke;font-size:11px}
@media print{body{max-width:none;padding:0;font-size:11px;--text:#000;--back:#fff}details{break-inside:avoid}figure{break-inside:avoid}.legend input{display:none}}
${OVER}
${BREAKDOWN_STYLE}
${SERIES}
`;
