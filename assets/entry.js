// The JavaScript side of symdl: TeX to SVG by MathJax, and graph layout by dagre, behind one function
// that takes and gives JSON. (JSON, because quickjs cannot hand over some of the strings MathJax builds.)

import dagre from '@dagrejs/dagre';
import {mathjax} from '@mathjax/src/mjs/mathjax.js';
import {liteAdaptor} from '@mathjax/src/mjs/adaptors/liteAdaptor.js';
import {RegisterHTMLHandler} from '@mathjax/src/mjs/handlers/html.js';
import {SVG} from '@mathjax/src/mjs/output/svg.js';
import {TeX} from '@mathjax/src/mjs/input/tex.js';
import {Configuration} from '@mathjax/src/mjs/input/tex/Configuration.js';
import {NoTags} from '@mathjax/src/mjs/input/tex/Tags.js';
import {CommandMap} from '@mathjax/src/mjs/input/tex/TokenMap.js';
import '@mathjax/src/mjs/input/tex/ams/AmsConfiguration.js';
import '@mathjax/src/mjs/input/tex/bbox/BboxConfiguration.js';
import '@mathjax/src/mjs/input/tex/boldsymbol/BoldsymbolConfiguration.js';
import '@mathjax/src/mjs/input/tex/cancel/CancelConfiguration.js';
import '@mathjax/src/mjs/input/tex/color/ColorConfiguration.js';
import '@mathjax/src/mjs/input/tex/enclose/EncloseConfiguration.js';
import '@mathjax/src/mjs/input/tex/mathtools/MathtoolsConfiguration.js';
import '@mathjax/src/mjs/input/tex/newcommand/NewcommandConfiguration.js';
import '@mathjax/src/mjs/input/tex/textmacros/TextMacrosConfiguration.js';
import '@mathjax/src/mjs/input/tex/unicode/UnicodeConfiguration.js';

const PACKAGES = ['base', 'ams', 'bbox', 'boldsymbol', 'cancel', 'color', 'enclose', 'mathtools',
                  'newcommand', 'textmacros', 'unicode', 'symdl'];
const EM = 16;            // any number of pixels: everything is turned back into em
const NO_LIMIT = 1e6;     // the width, in em, of a line that is never broken
const RULE = 67;          // thousandths of an em, as the frames that MathJax draws itself
const SVG_SPACE = 'http://www.w3.org/2000/svg';
const DASHES = {'mjx-dashed': {'stroke-dasharray': '140'},
                'mjx-dotted': {'stroke-dasharray': '0,140', 'stroke-linecap': 'round'}};

// Tags number equations, which is the page's business: MathJax's are as wide as the page, and come out blank.
class SilentTags extends NoTags {
  tag() {}
}

// \symdlword{i}{width}{height}{depth} keeps room, in em, for the outlines of a word shaped outside.
new CommandMap('symdl', {
  symdlword(parser, name) {
    const [index, width, height, depth] = [0, 1, 2, 3].map(() => parser.GetArgument(name));
    const size = {width: `${width}em`, height: `${height}em`, depth: `${depth}em`};
    parser.Push(parser.create('node', 'mspace', [], {...size, 'data-word': index}));
  },
});
Configuration.create('symdl', {handler: {macro: ['symdl']}, tags: {symdl: SilentTags}});

const adaptor = liteAdaptor();
RegisterHTMLHandler(adaptor);
const tex = new TeX({
  packages: PACKAGES,
  tags: 'symdl',
  formatError(_, error) { throw error; },
});
const svg = new SVG({
  fontCache: 'local',     // each glyph once a formula: half the size, and quicker, than in place
  useXlink: false,
  displayOverflow: 'linebreak',
  linebreaks: {inline: false},
});
// The lines of a broken formula stand at the left, those after the first set in.
const BROKEN = {indentalign: 'left', indentshift: '2em', indentshiftfirst: '0'};
tex.postFilters.add(({data}) => data.root.attributes.setList(BROKEN), -10);
const page = mathjax.document('', {InputJax: tex, OutputJax: svg});

function forgetDefinitions() {
  for (const table of ['new-Command', 'new-Delimiter', 'new-Environment']) {
    tex.parseOptions.handlers.retrieve(table).map.clear();
  }
}

// MathJax leaves rules, words and sizes to a style sheet and attributes that a bare SVG does not have.
function finish(node, words) {
  if (adaptor.kind(node) === '#text') return;
  const word = adaptor.getAttribute(node, 'data-word');
  if (word != null) adaptor.append(node, adaptor.node('path', {d: words[word] ?? ''}, [], SVG_SPACE));
  const ruled = adaptor.hasAttribute(node, 'data-line') || adaptor.hasAttribute(node, 'data-frame');
  if (ruled) finishRule(node);
  for (const {name} of adaptor.allAttributes(node)) {
    if (name === 'class' || name.startsWith('data-')) adaptor.removeAttribute(node, name);
  }
  adaptor.childNodes(node).forEach((child) => finish(child, words));
}

function finishRule(node) {
  const dashes = DASHES[adaptor.getAttribute(node, 'class')] ?? {};
  for (const [name, value] of Object.entries({'stroke-width': RULE, fill: 'none', ...dashes})) {
    adaptor.setAttribute(node, name, value);
  }
}

function typeset({source, display, room, colors, words, id}) {
  svg.options.localID = id;      // so that the glyphs of two formulas on a page never share a name
  const model = tex.parseOptions.packageData.get('color').model;
  model.userColors = new Map(Object.entries(colors));
  forgetDefinitions();
  tex.reset();
  const container = page.convert(source, {
    display, em: EM, ex: EM / 2, containerWidth: EM * (room ?? NO_LIMIT), scale: 1,
  });
  const root = adaptor.tags(container, 'svg')[0];
  const [, top, wide, high] = adaptor.getAttribute(root, 'viewBox').split(' ').map(Number);
  const [width, height, depth] = [wide, high, high + top].map((size) => Number((size / 1000).toFixed(4)));
  for (const name of ['style', 'role', 'focusable']) adaptor.removeAttribute(root, name);
  adaptor.setAttribute(root, 'width', `${width}em`);
  adaptor.setAttribute(root, 'height', `${height}em`);
  finish(root, words);
  return {svg: adaptor.serializeXML(root), width, height, depth};
}

function layout({nodes, edges, options}) {
  const graph = new dagre.graphlib.Graph({multigraph: true});
  graph.setGraph(options);
  nodes.forEach(([name, width, height]) => graph.setNode(name, {width, height}));
  edges.forEach(([from, to], index) => graph.setEdge(from, to, {}, String(index)));
  dagre.layout(graph);
  const path = ([from, to], index) => graph.edge(from, to, String(index)).points.map(({x, y}) => [x, y]);
  const {width, height} = graph.graph();
  return {width, height, edges: edges.map(path),
          nodes: nodes.map(([name]) => [graph.node(name).x, graph.node(name).y])};
}

const HANDLERS = {typeset, layout};

globalThis.structuredClone ??= (value) => JSON.parse(JSON.stringify(value));
globalThis.symdl = (request) => {
  const {task, ...facts} = JSON.parse(request);
  try {
    return JSON.stringify(HANDLERS[task](facts));
  } catch (error) {
    if (!error?.id) throw error;      // not a mistake in the TeX
    return JSON.stringify({mistake: error.message, id: error.id});
  }
};
