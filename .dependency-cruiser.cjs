// Imports point one way: base <- domain <- run <- protocol <- dataset <- engine <- keeper, cli, extension. File formats
// (json, coco, onnx) stand beside domain. A layer lists the layers it may import; every other import of ours is a violation.
const LAYERS = {
  base: [],
  domain: ['base'],
  json: ['base'],
  coco: ['base', 'domain', 'json'],
  // run: files are opened through its doors.
  onnx: ['base', 'domain', 'run'],
  run: ['base', 'domain'],
  protocol: ['base', 'domain', 'run'],
  dataset: ['base', 'domain', 'run', 'protocol'],
  trainers: ['base', 'domain', 'onnx', 'run', 'protocol', 'dataset'],
  validator: ['base', 'domain', 'onnx', 'run', 'protocol', 'dataset'],
  engine: ['base', 'domain', 'json', 'run', 'protocol', 'dataset'],
  keeper: ['base', 'domain', 'run', 'protocol', 'dataset', 'engine'],
  cli: ['base', 'domain', 'coco', 'run', 'protocol', 'dataset', 'engine'],
  extension: ['base', 'domain', 'run', 'protocol', 'dataset', 'engine'],
};
const names = Object.keys(LAYERS);
// What src/run/folder does on disk is the one part of src/run that needs Node, the transports the one part of src/protocol.
const NODE_FREE = '^(src/(base|domain|json|coco|run(?!/folder/)|protocol(?!/node/))|webview)/';

const layerRules = names.map((layer) => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `^src/${layer}/` },
  to: {
    path: [
      ...names.filter((n) => n !== layer && !LAYERS[layer].includes(n)).map((n) => `^src/${n}/`),
      '^webview/',
    ],
  },
}));

/** One folder is the only door to a package. */
const door = (name, packagePattern, allowed) => ({
  name,
  severity: 'error',
  from: { path: '^(src|webview)/', pathNot: allowed },
  to: { path: packagePattern },
});

module.exports = {
  forbidden: [
    ...layerRules,
    { name: 'no-cycles', severity: 'error', from: { path: '^(src|webview)/' }, to: { circular: true } },
    { name: 'not-to-test', severity: 'error', from: { path: '^(src|webview)/' }, to: { path: '^test/' } },
    {
      name: 'webview-pure',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/(?!base/|domain/|run/|protocol/)' },
    },
    {
      name: 'no-node-in-pure-layers',
      severity: 'error',
      from: { path: NODE_FREE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-disk-in-pure-layers',
      severity: 'error',
      from: { path: NODE_FREE },
      to: { path: '^src/(run/folder|protocol/node)/' },
    },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { couldNotResolve: true, pathNot: '^vscode$' },
    },
    // `vscode` resolves to @types/vscode once that is installed: match both.
    door('vscode-only-in-extension', '^vscode$|node_modules/(@types/)?vscode/', '^src/extension/'),
    door('chokidar-one-door', 'node_modules/chokidar/', '^src/engine/watch/chokidar\\.ts$'),
    door('chartjs-one-door', 'node_modules/chart\\.js/', '^webview/charts/chartjs\\.ts$'),
    door('toolkit-one-door', 'node_modules/@vscode/webview-ui-toolkit/', '^webview/controls/toolkit\\.ts$'),
    door('tree-sitter-one-door', 'web-tree-sitter', '^src/extension/editor/python-parser\\.ts$'),
    door('onnxruntime-in-children-only', 'node_modules/onnxruntime-', '^src/(trainers|validator)/'),
    door(
      'protobuf-one-door',
      'node_modules/protobufjs/',
      '^src/(onnx/|domain/foreign/(tfevents|wandb-log)\\.ts$)',
    ),
    door('sharp-in-decode-only', 'node_modules/sharp/', '^src/dataset/decode/'),
  ],
};
