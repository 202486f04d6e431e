// The playground: draws what the library computes, and sends it what the user does.
//
// `mount` builds the page in an element, over a transport that carries the messages;
// the default export is the same for anywidget. Every number comes from Python: this
// file knows how to draw a network, but not how to compute one. Text from outside
// reaches the page as text nodes only.

// ------------------------------------------------------------------ elements

const SVG = "http://www.w3.org/2000/svg";

/** Make an element; `properties` are set as such, those with a dash as attributes. */
function make(tag, properties = {}, ...children) {
  return furnish(document.createElement(tag), properties, children);
}

function makeSvg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function furnish(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role") element.setAttribute(name, value);
    else element[name] = value;
  }
  element.append(...children);
  return element;
}

const ICONS = {
  play: "M7 4.5v15l12.5-7.5z",
  pause: "M6.5 5h4v14h-4zM13.5 5h4v14h-4z",
  reset: "M12 5V1.8L7 6.2l5 4.4V7.3a5.2 5.2 0 1 1-5.2 5.2H4.5A7.5 7.5 0 1 0 12 5z",
  epoch: "M5 5v14l9.5-7zM16 5h3v14h-3z",
  minibatch: "M5 12a2 2 0 1 1 4 0 2 2 0 0 1-4 0zM11 6l8 6-8 6z",
  dice:
    "M5 3h14a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm3 3.6a1.7 1.7" +
    " 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zm4 3.7a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zm4" +
    " 3.7a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z",
  close:
    "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12l5.6 5.6-1.4 1.4-5.6-5.6L6.4 19 5 17.6l5.6-5.6L5 6.4z",
  left: "M15.5 4.5 8 12l7.5 7.5 1.5-1.5-6-6 6-6z",
  right: "M8.5 4.5 16 12l-7.5 7.5L7 18l6-6-6-6z",
};

function icon(name) {
  const path = makeSvg("path", { d: ICONS[name], "fill-rule": "evenodd" });
  return makeSvg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, path);
}

function iconButton(name, label, onclick, className = "round") {
  const button = { type: "button", className, title: label, "aria-label": label, onclick };
  return make("button", button, icon(name));
}

function textButton(text, onclick, className = "") {
  return make("button", { type: "button", className, onclick }, text);
}

// ------------------------------------------------------------------- numbers

/** Write a number with a few significant digits and a true minus sign. */
function format(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text =
    size && (size < 1e-4 || size >= 1e6)
      ? value.toExponential(Math.max(digits - 2, 0)).replace("+", "")
      : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** Return "=" if `format` writes all values exactly, otherwise "≈". */
function equals(values, digits = 4) {
  const isExact = (value) => {
    const written = Number(format(value, digits).replaceAll("−", "-"));
    return Math.abs(written - value) <= 1e-12 * Math.abs(value);
  };
  return values.every(isExact) ? "=" : "≈";
}

function fixed(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (Math.abs(value) >= 1e4) return format(value, 3);
  return value.toFixed(digits).replace("-", "−");
}

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

function decode(text) {
  const binary = atob(text);
  const levels = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) levels[i] = binary.charCodeAt(i);
  return levels;
}

/** Return about `count` round numbers between two numbers. */
function ticks([low, high], count) {
  const raw = (high - low) / count;
  if (!(raw > 0) || !Number.isFinite(raw)) return [low];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, k) => (first + k) * step);
}

/** Write a name such as a_h1 with its index set low, and ∂a/∂z as a fraction. */
function mathName(name) {
  const parts = /^(∂[^/]*)\/(∂.*)$/.exec(name);
  if (!parts) return make("span", { className: "math" }, ...indexed(name));
  return make(
    "span",
    { className: "math fraction", role: "img", "aria-label": name },
    make("span", {}, ...indexed(parts[1])),
    make("span", {}, ...indexed(parts[2])),
  );
}

function indexed(text) {
  return text
    .split(/(_[A-Za-z0-9.]+)/)
    .map((part) => (part.startsWith("_") ? make("sub", {}, part.slice(1)) : part));
}

// ------------------------------------------------------------------- colours

const CLASS_COLORS = ["orange", "blue", "green", "purple", "yellow", "sky", "brown", "grey"];

/** The colours of the style sheet as numbers, for the canvases. */
class Palette {
  constructor(root) {
    this.root = root;
    this.stale = true; // until the page is painted: a notebook shows it later
  }

  read() {
    this.stale = false;
    const probe = make("span", { hidden: true });
    this.root.append(probe);
    const rgb = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe)
        .color.match(/[\d.]+/g)
        .slice(0, 3)
        .map(Number);
    };
    const names = ["ink", "muted", "line", "field", "train", "test", ...CLASS_COLORS];
    this.colors = Object.fromEntries(names.map((name) => [name, `rgb(${rgb(name).join(" ")})`]));
    const neutral = rgb("neutral");
    const two = [rgb("orange"), rgb("blue")];
    const diverging = (strength) =>
      lookup((level) => {
        const signed = level / 127.5 - 1;
        return mix(neutral, two[signed < 0 ? 0 : 1], strength * Math.abs(signed));
      });
    this.diverging = diverging(0.8);
    this.surface = diverging(0.5); // paler: there are points on it
    const many = CLASS_COLORS.map(rgb);
    this.classes = lookup((level) =>
      mix(neutral, many[level >> 5], 0.05 + 0.45 * ((level & 31) / 31)),
    );
    probe.remove();
  }

  classColor(k) {
    return this.colors[CLASS_COLORS[k % CLASS_COLORS.length]];
  }

  /** Return the colour of a value between 0 and 1, dark enough for a point. */
  valueColor(share) {
    return share < 0.5 ? this.colors.orange : this.colors.blue;
  }
}

const mix = (a, b, share) => a.map((value, k) => value + (b[k] - value) * share);

/** Return the colour of a class as the style sheet names it. */
const classVariable = (k) => `var(--${CLASS_COLORS[k % CLASS_COLORS.length]})`;

/** Return the 256 colours of the levels, as the bytes of an image. */
function lookup(colorOf) {
  const table = new Uint32Array(256);
  const bytes = new Uint8ClampedArray(table.buffer);
  for (let level = 0; level < 256; level++) bytes.set([...colorOf(level), 255], 4 * level);
  return table;
}

/** A small canvas whose pixels are levels; its rows come from the bottom. */
class Raster {
  constructor() {
    this.canvas = make("canvas", { width: 1, height: 1, "aria-hidden": "true" });
    this.context = this.canvas.getContext("2d");
  }

  draw(levels, width, height, table) {
    if (!this.image || this.image.width !== width || this.image.height !== height) {
      Object.assign(this.canvas, { width, height });
      this.image = this.context.createImageData(width, height);
      this.pixels = new Uint32Array(this.image.data.buffer);
    }
    for (let row = 0, from = 0; row < height; row++) {
      const to = (height - 1 - row) * width;
      for (let column = 0; column < width; column++) {
        this.pixels[to + column] = table[levels[from++]];
      }
    }
    this.context.putImageData(this.image, 0, 0);
  }
}

/** Fit a canvas to its box on this screen, and return a context in CSS pixels. */
function fitCanvas(canvas) {
  const ratio = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

// --------------------------------------------------- keyboard within a group

/** One tab stop for many items: arrow keys move among them. */
class Roving {
  constructor(container, move) {
    this.items = [];
    this.move = move;
    container.addEventListener("keydown", (event) => this.onKey(event));
    container.addEventListener("focusin", (event) => {
      const at = this.items.indexOf(event.target);
      if (at >= 0) this.choose(at);
    });
  }

  reset(items) {
    this.items = items;
    this.current = 0;
    items.forEach((item, k) => item.setAttribute("tabindex", k ? "-1" : "0"));
  }

  choose(at) {
    this.items[this.current]?.setAttribute("tabindex", "-1");
    this.items[at].setAttribute("tabindex", "0");
    this.current = at;
  }

  onKey(event) {
    const at = this.items.indexOf(event.target);
    if (at < 0) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.target.dispatchEvent(new MouseEvent("click", { bubbles: true }));
      return;
    }
    const to = this.move(at, event.key);
    if (to === undefined || !this.items[to]) return;
    event.preventDefault();
    this.items[to].focus();
  }
}

// --------------------------------------------------------------- the network

const SHOWN_INPUTS = 16;
const MAX_WIDTH = 16;
const VALUE_WIDTH = 48; // pixels that a neuron's values take beside it

/** The drawn network: a heat map per neuron, a line per weight, a dot per bias. */
class Network {
  constructor(app) {
    this.app = app;
    this.svg = makeSvg("svg", {
      class: "weights",
      role: "group",
      tabindex: "-1", // Chromium stops at an SVG element that listens to the focus
      "aria-label": "Weights. Arrow keys move between them, Enter explains one.",
    });
    this.neuronBox = make("div", {
      className: "neurons",
      role: "group",
      "aria-label": "Neurons. Arrow keys move between them, Enter enlarges one.",
    });
    this.heads = make("div", { className: "layer-heads" });
    this.tip = make("div", { className: "tip", hidden: true, "aria-hidden": "true" });
    this.stage = make("div", { className: "stage" }, this.svg, this.neuronBox, this.tip);
    this.element = make("div", { className: "network" }, this.heads, this.stage);
    this.weightKeys = new Roving(this.svg, (at, key) => this.moveWeight(at, key));
    this.neuronKeys = new Roving(this.neuronBox, (at, key) => this.moveNeuron(at, key));
    this.resizing = new ResizeObserver(() => this.layOut());
    this.resizing.observe(this.stage);
  }

  /** Build the elements for a new architecture. */
  build(state) {
    this.names = state.neuron_names;
    this.parameterNames = state.parameter_names;
    this.sizes = state.layers.map((size, k) => (k ? size : Math.min(size, SHOWN_INPUTS)));
    this.hiddenInputs = state.layers[0] - this.sizes[0];
    this.oneFeature = state.data.features.length === 1;
    const features = state.data.all_features.map(String);
    this.hasLongNames = features.some((name) => name.length > 4);
    this.lines = makeSvg("g");
    this.hits = makeSvg("g");
    this.svg.replaceChildren(this.lines, this.hits);
    this.neurons = this.sizes.map((size, layer) =>
      Array.from({ length: size }, (_, k) => this.makeNeuron(layer, k, features)),
    );
    this.neuronBox.replaceChildren(...this.neurons.flat().map((neuron) => neuron.element));
    if (this.hiddenInputs) this.neuronBox.append(this.makeRest());
    this.parameters = this.makeParameters();
    this.weightKeys.reset(this.parameters.map((parameter) => parameter.hit));
    this.neuronKeys.reset(this.neurons.flat().map((neuron) => neuron.element));
    this.stage.classList.remove("explaining");
    this.redraw = null; // the frame of another network
    this.layOut();
  }

  makeNeuron(layer, k, features) {
    const name = this.names[layer][k];
    const raster = new Raster();
    const forward = make("b", { className: "forward-value" });
    const backward = make("b", { className: "backward-value" });
    const values = make("span", { className: "values" }, forward, backward);
    const label = make("span", { className: "neuron-name" });
    if (layer === 0) Object.assign(label, { textContent: features[k], title: features[k] });
    const element = make(
      "button",
      {
        type: "button",
        className: "neuron",
        title: name,
        "aria-label": `Enlarge ${layer ? "neuron" : "input"} ${name}`,
        "aria-pressed": "false",
        onclick: () => this.app.toggleNeuron(layer, k),
        onpointerenter: (event) =>
          event.pointerType === "mouse" && this.app.hoverNeuron([layer, k]),
        onpointerleave: () => this.app.hoverNeuron(null),
      },
      raster.canvas,
      label,
      values,
    );
    return { name, element, raster, label, forward, backward };
  }

  makeRest() {
    const text = `and ${this.hiddenInputs} more`;
    this.rest = make("span", { className: "rest-of-inputs" }, text);
    return this.rest;
  }

  makeParameters() {
    const parameters = [];
    this.parameterNames.coefs.forEach((matrix, layer) => {
      for (let j = 0; j < this.sizes[layer + 1]; j++) {
        for (let i = 0; i < this.sizes[layer]; i++) {
          parameters.push(this.makeParameter("coefs", layer, i, j, matrix[i][j]));
        }
        const bias = this.parameterNames.intercepts[layer]?.[j];
        if (bias) parameters.push(this.makeParameter("intercepts", layer, null, j, bias));
      }
    });
    return parameters;
  }

  makeParameter(kind, layer, i, j, name) {
    const isWeight = kind === "coefs";
    const line = makeSvg(isWeight ? "path" : "circle", { class: isWeight ? "weight" : "bias" });
    const hit = makeSvg(isWeight ? "path" : "circle", { class: "hit", role: "button" });
    const target = this.names[layer + 1][j];
    const joins = isWeight ? `${this.names[layer][i]} → ${target}` : `bias of ${target}`;
    const parameter = { kind, layer, i, j, name, joins, line, hit, value: 0 };
    hit.dataset.name = name;
    hit.setAttribute("aria-label", `${name}, ${joins}`);
    hit.addEventListener("click", () => {
      this.hideTip();
      this.app.explain(name);
    });
    hit.addEventListener("pointerenter", () => this.showTip(parameter));
    hit.addEventListener("pointerleave", () => this.hideTip());
    hit.addEventListener("focus", () => this.showTip(parameter));
    hit.addEventListener("blur", () => this.hideTip());
    this.lines.append(line);
    this.hits.append(hit);
    return parameter;
  }

  // Geometry

  layOut() {
    if (!this.neurons || !this.stage.clientWidth) return;
    const [width, height] = [this.stage.clientWidth, this.stage.clientHeight];
    const left = clamp(width * (this.hasLongNames ? 0.2 : 0.12), 46, 84);
    const most = Math.max(...this.sizes, 4);
    const row = Math.min(height / most, 88);
    // A neuron takes at most 0.38 of its column; values are beside the last one, too.
    const gaps = this.sizes.length - 1;
    const fitting = (width - left - VALUE_WIDTH) / (gaps / 0.38 + 0.5);
    const size = clamp(Math.min(row * 0.74, fitting), 12, 62);
    const column = (width - left - VALUE_WIDTH - size / 2) / gaps;
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.stage.classList.toggle("crowded", column - size < VALUE_WIDTH);
    this.neurons.forEach((layer, l) =>
      layer.forEach((neuron, k) => {
        neuron.x = left + l * column;
        neuron.y = height / 2 + (k - (layer.length - 1) / 2) * row;
        neuron.size = size;
        const style = neuron.element.style;
        style.width = style.height = `${size}px`;
        style.transform = `translate(${neuron.x - size / 2}px, ${neuron.y - size / 2}px)`;
        neuron.label.style.maxWidth = `${Math.min(left - size / 2, 66)}px`;
      }),
    );
    this.placeRest(size);
    this.parameters.forEach((parameter) => this.placeParameter(parameter));
    this.placeHeads(left, column, width);
    this.redraw?.();
  }

  placeRest(size) {
    if (!this.hiddenInputs) return;
    const last = this.neurons[0].at(-1);
    this.rest.style.transform = `translate(${last.x - 30}px, ${last.y + size / 2 + 2}px)`;
  }

  placeParameter({ kind, layer, i, j, line, hit }) {
    const to = this.neurons[layer + 1][j];
    if (kind === "intercepts") {
      for (const circle of [line, hit]) {
        circle.setAttribute("cx", to.x - to.size / 2 - 1);
        circle.setAttribute("cy", to.y + to.size / 2 - 1);
      }
      line.setAttribute("r", clamp(to.size / 9, 2.2, 4));
      hit.setAttribute("r", clamp(to.size / 4, 4, 9));
      return;
    }
    const from = this.neurons[layer][i];
    const [x1, x2] = [from.x + from.size / 2, to.x - to.size / 2];
    const middle = (x1 + x2) / 2;
    const path = `M${x1} ${from.y}C${middle} ${from.y} ${middle} ${to.y} ${x2} ${to.y}`;
    line.setAttribute("d", path);
    hit.setAttribute("d", path);
  }

  /** Write the layers' names above them, with buttons for their width. */
  placeHeads(left, column, width) {
    const last = this.sizes.length - 1;
    const narrow = column < 76;
    this.heads.classList.toggle("narrow", narrow);
    const heads = this.sizes.map((size, layer) => {
      const name = layer === 0 ? "Inputs" : layer === last ? "Output" : `Hidden ${layer}`;
      const short = narrow && layer && layer < last ? String(layer) : name;
      const isHidden = layer && layer < last;
      const head = make("div", { className: "layer-head", title: name }, make("span", {}, short));
      if (isHidden) head.append(this.makeWidthButtons(layer, size, name));
      head.style.left = `${(100 * (left + layer * column)) / width}%`;
      return head;
    });
    const focused = this.heads.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    this.heads.replaceChildren(...heads);
    if (focused) this.heads.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  makeWidthButtons(layer, size, name) {
    const button = (text, change, label) =>
      make(
        "button",
        {
          type: "button",
          className: "tiny",
          disabled: size + change < 1 || size + change > MAX_WIDTH,
          "aria-label": `${label} in ${name}`,
          "data-key": `${layer}${text}`,
          onclick: () => this.app.changeWidth(layer - 1, size + change),
        },
        text,
      );
    return make(
      "span",
      { className: "width", role: "group", "aria-label": `${name}: ${size} neurons` },
      button("−", -1, "One neuron fewer"),
      make("b", {}, String(size)),
      button("+", 1, "One neuron more"),
    );
  }

  // Frames

  draw(frame) {
    this.redraw = () => this.draw(frame);
    const { coefs, intercepts } = frame;
    const largest = coefs.map((matrix) =>
      Math.max(1e-12, ...matrix.map((row) => Math.max(...row.map(Math.abs)))),
    );
    for (const parameter of this.parameters) {
      const { kind, layer, i, j } = parameter;
      const value = kind === "coefs" ? coefs[layer][i][j] : intercepts[layer][j];
      if (value !== parameter.value || !parameter.drawn) {
        this.drawParameter(parameter, value, largest[layer]);
      }
    }
    this.drawInputs();
    frame.neurons.forEach((layer, l) =>
      layer.forEach((levels, k) => this.drawNeuron(this.neurons[l + 1][k], decode(levels))),
    );
  }

  drawParameter(parameter, value, largest) {
    parameter.value = value;
    parameter.drawn = true;
    const share = Math.min(Math.abs(value) / largest, 1);
    const { line, kind } = parameter;
    line.setAttribute(
      "class",
      `${kind === "coefs" ? "weight" : "bias"} ${value < 0 ? "negative" : "positive"}`,
    );
    line.style.setProperty("--share", share.toFixed(3));
    if (parameter.hit.tabIndex === 0) this.nameHit(parameter);
    if (parameter === this.tipped) this.showTip(parameter);
  }

  /** An input's heat map is the input itself. */
  drawInputs() {
    const { palette, selected } = this.app;
    this.neurons[0].forEach((neuron, k) => {
      const axis = selected.indexOf(k);
      const levels = new Uint8Array(400);
      for (let at = 0; at < 400; at++) {
        const share = axis < 0 ? 0.5 : axis === 0 ? (at % 20) / 19 : Math.floor(at / 20) / 19;
        levels[at] = 255 * share;
      }
      if (this.oneFeature) this.drawNeuron(neuron, levels.subarray(0, 20));
      else neuron.raster.draw(levels, 20, 20, palette.diverging);
      neuron.levels = levels;
    });
  }

  drawNeuron(neuron, levels) {
    neuron.levels = levels;
    if (!this.oneFeature) {
      neuron.raster.draw(levels, 20, 20, this.app.palette.diverging);
      return;
    }
    const { canvas } = neuron.raster;
    const { context, width, height } = fitCanvas(canvas);
    context.strokeStyle = this.app.palette.colors.blue;
    context.lineWidth = 2;
    context.beginPath();
    levels.forEach((level, k) => {
      const x = (k / (levels.length - 1)) * width;
      context.lineTo(x, height * (0.92 - (0.84 * level) / 255));
    });
    context.stroke();
  }

  // Keys, tips and the explained chain

  moveWeight(at, key) {
    const here = this.parameters[at];
    if (key === "ArrowDown") return at + 1;
    if (key === "ArrowUp") return at - 1;
    if (key === "Home") return 0;
    if (key === "End") return this.parameters.length - 1;
    const layer = here.layer + { ArrowRight: 1, ArrowLeft: -1 }[key];
    return this.parameters.findIndex((other) => other.layer === layer);
  }

  moveNeuron(at, key) {
    let [layer, k] = this.neuronAt(at);
    if (key === "ArrowDown") k += 1;
    else if (key === "ArrowUp") k -= 1;
    else if (key === "ArrowRight") layer += 1;
    else if (key === "ArrowLeft") layer -= 1;
    else return undefined;
    if (!this.neurons[layer]) return undefined;
    k = clamp(k, 0, this.sizes[layer] - 1);
    return this.sizes.slice(0, layer).reduce((sum, size) => sum + size, k);
  }

  neuronAt(at) {
    let layer = 0;
    for (; at >= this.sizes[layer]; layer++) at -= this.sizes[layer];
    return [layer, at];
  }

  /** Name a weight for screen readers, and return the part with its value. */
  nameHit({ name, joins, value, hit }) {
    const text = `${name} = ${format(value)}`;
    hit.setAttribute("aria-label", `${text}, ${joins}: explain its derivative`);
    return text;
  }

  showTip(parameter) {
    const { joins, hit, layer, i, j, kind } = parameter;
    this.tipped = parameter;
    const text = this.nameHit(parameter);
    this.tip.replaceChildren(make("b", {}, text), make("span", {}, joins));
    this.tip.hidden = false;
    const to = this.neurons[layer + 1][j];
    const from = kind === "coefs" ? this.neurons[layer][i] : to;
    const x = clamp((from.x + to.x) / 2, 70, this.stage.clientWidth - 70);
    this.tip.style.transform = `translate(${x}px, ${(from.y + to.y) / 2 - 8}px) translate(-50%, -100%)`;
    hit.classList.add("pointed");
    this.setPointed(parameter);
  }

  hideTip() {
    this.tipped = null;
    this.tip.hidden = true;
    this.setPointed(null);
  }

  setPointed(parameter) {
    this.pointed?.line.removeAttribute("data-pointed");
    parameter?.line.setAttribute("data-pointed", "");
    this.pointed = parameter;
  }

  press(shown) {
    this.neurons.forEach((layer, l) =>
      layer.forEach(({ element }, k) => {
        element.setAttribute("aria-pressed", String(shown?.[0] === l && shown[1] === k));
      }),
    );
  }

  /** Mark the chain of an explanation on the drawing, or nothing. */
  mark(explanation) {
    this.stage.classList.toggle("explaining", Boolean(explanation));
    const backward = new Set((explanation?.backward ?? []).map(String));
    for (const { kind, layer, i, j, name, line } of this.parameters) {
      const chosen = name === explanation?.parameter;
      const onChain = kind === "coefs" && backward.has(String([layer, i, j]));
      const mark = chosen ? "chosen" : onChain ? "backward" : "";
      if (mark) line.dataset.mark = mark;
      else delete line.dataset.mark;
      if (mark) this.lines.append(line); // on top of the others
    }
    const forward = new Set((explanation?.forward ?? []).map(String));
    const ends = this.endsOf(explanation?.parameter);
    this.neurons.forEach((layer, l) =>
      layer.forEach((neuron, k) => {
        const reached = explanation?.backward?.some(([at, , j]) => at + 1 === l && j === k);
        neuron.element.classList.toggle("chain-end", ends.has(String([l, k])));
        neuron.element.classList.toggle(
          "on-chain",
          forward.has(String([l, k])) || Boolean(reached),
        );
        this.writeValues(neuron, explanation, l, k);
      }),
    );
  }

  /** Return the neurons that a weight joins, or the one of a bias. */
  endsOf(name) {
    const parameter = this.parameters.find((candidate) => candidate.name === name);
    if (!parameter) return new Set();
    const { layer, i, j } = parameter;
    return new Set([String([layer, i]), String([layer + 1, j])]);
  }

  writeValues(neuron, explanation, layer, k) {
    const activations = explanation?.activations[layer];
    const deltas = layer ? explanation?.deltas[layer - 1] : null;
    neuron.forward.textContent = activations ? format(activations[k], 2) : "";
    neuron.backward.textContent = deltas ? format(deltas[k], 2) : "";
  }

  destroy() {
    this.resizing.disconnect();
  }
}

// ---------------------------------------------------------------- the output

const MARGIN = { left: 36, right: 2, top: 4, bottom: 24 };
const DRAWING_AREA =
  "Drawing area. Arrow keys move the cursor, Enter adds a point, number keys choose the class, " +
  "Backspace erases the nearest point.";

/** The data over the network's output: a surface, or a curve for one input. */
class Output {
  constructor(app) {
    this.app = app;
    this.canvas = make("canvas", { className: "surface", role: "img" });
    this.raster = new Raster();
    this.points = make("canvas");
    this.legend = make("div", { className: "legend" });
    this.note = make("p", { className: "note" });
    this.element = make("div", { className: "output" }, this.canvas, this.legend, this.note);
    this.resizing = new ResizeObserver(() => this.refresh());
    this.resizing.observe(this.canvas);
  }

  build(state) {
    this.data = state.data;
    this.isCurve = state.data.features.length === 1;
    this.isClassification = state.data.classes !== null;
    this.nClasses = state.data.classes?.length ?? 0;
    this.shownNeuron = null;
    const n = state.data.all_features.length - state.data.features.length;
    this.note.hidden = n === 0;
    this.note.textContent =
      n === 1
        ? "Background: the other feature is held at its mean."
        : `Background: the other ${n} features are held at their means.`;
    this.buildLegend();
    this.refresh();
  }

  buildLegend() {
    const items = (this.data.classes ?? []).map((name, k) => {
      const swatch = make("i", { className: "swatch" });
      swatch.style.background = classVariable(k);
      return make("span", { className: "legend-item" }, swatch, String(name));
    });
    if (!this.isClassification && !this.isCurve) {
      const [low, high] = this.data.value_range;
      items.push(
        make(
          "span",
          { className: "legend-item" },
          format(low, 2),
          make("i", { className: "scale" }),
          format(high, 2),
        ),
      );
    }
    const kinds = [
      make("span", { className: "legend-item" }, make("i", { className: "dot train" }), "training"),
      make("span", { className: "legend-item" }, make("i", { className: "dot test" }), "test"),
    ];
    this.legend.replaceChildren(
      make("span", { className: "legend-group" }, ...items),
      make("span", { className: "legend-group" }, ...kinds),
    );
  }

  /** Draw everything again: size, theme, data or mode have changed. */
  refresh() {
    this.stale = true;
    this.app.request();
  }

  setFrame(frame) {
    this.frame = frame;
  }

  paint() {
    const { context, width, height } = fitCanvas(this.canvas);
    if (!this.data || !width) return;
    this.box = {
      x: MARGIN.left,
      y: MARGIN.top,
      width: width - MARGIN.left - MARGIN.right,
      height: height - MARGIN.top - MARGIN.bottom,
    };
    if (this.stale) this.drawPoints(width, height);
    this.stale = false;
    context.save();
    context.beginPath();
    context.roundRect(this.box.x, this.box.y, this.box.width, this.box.height, 6);
    context.clip();
    this.paintSurface(context);
    context.drawImage(this.points, 0, 0, width, height);
    if (this.isCurve) this.paintCurve(context);
    context.restore();
    this.paintAxes(context);
    this.paintMarks(context);
  }

  paintSurface(context) {
    const { palette } = this.app;
    const { x, y, width, height } = this.box;
    context.fillStyle = palette.colors.field;
    context.fillRect(x, y, width, height);
    if (this.app.drawing.active) return;
    if (this.shownNeuron) {
      const { levels } = this.shownNeuron;
      if (!levels || this.isCurve) return;
      this.raster.draw(levels, 20, 20, palette.surface);
    } else if (this.frame?.surface) {
      const { surface } = this.frame;
      const table = this.nClasses > 2 ? palette.classes : palette.surface;
      this.raster.draw(surface.levels, surface.width, surface.height, table);
    } else return;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.raster.canvas, x, y, width, height);
  }

  paintCurve(context) {
    const curve = this.shownNeuron ? this.neuronCurve() : this.frame?.curve;
    if (!curve || this.app.drawing.active) return;
    context.beginPath();
    curve.x.forEach((value, k) => {
      const [x, y] = this.toPixels(value, curve.y[k]);
      context.lineTo(x, y);
    });
    context.strokeStyle = this.app.palette.colors.blue;
    context.lineWidth = 3;
    context.lineJoin = "round";
    context.stroke();
  }

  neuronCurve() {
    const levels = Array.from(this.shownNeuron.levels ?? []);
    const [[left, right], [low, high]] = [this.data.x_range, this.data.y_range];
    const share = (k) => k / (levels.length - 1);
    return {
      x: levels.map((_, k) => left + share(k) * (right - left)),
      y: levels.map((level) => low + (0.08 + (0.84 * level) / 255) * (high - low)),
    };
  }

  paintAxes(context) {
    const { ink, muted } = this.app.palette.colors;
    const { x, y, width, height } = this.box;
    const short = (text) => (text.length > 16 ? `${text.slice(0, 15)}…` : text);
    const [across, upwards] = [...this.data.features, this.data.target].map(short);
    context.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    const [right, top] = [across, upwards].map((name) => context.measureText(name).width + 12);
    context.fillStyle = muted;
    context.textBaseline = "top";
    context.textAlign = "center";
    for (const tick of ticks(this.ranges()[0], 4)) {
      const [at] = this.toPixels(tick, 0);
      if (at > x + 12 && at < x + width - right)
        context.fillText(format(tick, 3), at, y + height + 6);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of ticks(this.ranges()[1], 4)) {
      const [, at] = this.toPixels(0, tick);
      if (at > y + top && at < y + height - 4) context.fillText(format(tick, 3), x - 6, at);
    }
    context.fillStyle = ink;
    context.textBaseline = "top";
    context.fillText(across, x + width, y + height + 6);
    context.save();
    context.translate(x - 18, y);
    context.rotate(-Math.PI / 2);
    context.fillText(upwards, 0, 0);
    context.restore();
  }

  /** Points on a canvas of their own: they change less often than the surface. */
  drawPoints() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    Object.assign(this.points, { width: clientWidth * ratio, height: clientHeight * ratio });
    const context = this.points.getContext("2d");
    context.scale(ratio, ratio);
    const { drawing } = this.app;
    if (drawing.active) {
      drawing.points.forEach((point) => this.drawPoint(context, point, true));
      return;
    }
    this.data.test.forEach((point) => this.drawPoint(context, point, false));
    this.data.train.forEach((point) => this.drawPoint(context, point, true));
  }

  drawPoint(context, point, isTrain) {
    const { palette } = this.app;
    const [x, y] = this.toPixels(point[0], point[1]);
    const radius = this.data.train.length > 400 ? 2.4 : this.data.train.length < 12 ? 6 : 3.6;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    const color = this.pointColor(point[2]);
    context.lineWidth = isTrain ? 1 : 1.8;
    context.fillStyle = isTrain ? color : palette.colors.field;
    context.strokeStyle = isTrain ? palette.colors.field : color;
    context.fill();
    context.stroke();
  }

  pointColor(value) {
    const { palette, drawing } = this.app;
    if (drawing.active) return drawing.isCurve ? palette.colors.ink : palette.classColor(value - 1);
    if (this.isClassification) return palette.classColor(value);
    if (this.isCurve) return palette.colors.orange;
    const [low, high] = this.data.value_range;
    return palette.valueColor((value - low) / (high - low));
  }

  paintMarks(context) {
    const { palette, drawing } = this.app;
    const sample = this.app.explanationPanel.samplePoint();
    const at =
      sample ?? (drawing.active && document.activeElement === this.canvas ? drawing.cursor : null);
    if (!at) return;
    const [x, y] = this.toPixels(at[0], at[1]);
    context.beginPath();
    context.arc(x, y, 8, 0, 2 * Math.PI);
    context.moveTo(x - 13, y);
    context.lineTo(x - 8, y);
    context.moveTo(x + 8, y);
    context.lineTo(x + 13, y);
    context.moveTo(x, y - 13);
    context.lineTo(x, y - 8);
    context.moveTo(x, y + 8);
    context.lineTo(x, y + 13);
    context.strokeStyle = palette.colors.ink;
    context.lineWidth = 2;
    context.stroke();
  }

  ranges() {
    const unit = [-1, 1];
    return this.app.drawing.active ? [unit, unit] : [this.data.x_range, this.data.y_range];
  }

  toPixels(x, y) {
    const [[left, right], [low, high]] = this.ranges();
    return [
      this.box.x + ((x - left) / (right - left)) * this.box.width,
      this.box.y + (1 - (y - low) / (high - low)) * this.box.height,
    ];
  }

  /** Return the place of a pointer event in the data, or null outside. */
  toData(event) {
    const bounds = this.canvas.getBoundingClientRect();
    const [left, bottom] = [
      event.clientX - bounds.left - this.box.x,
      event.clientY - bounds.top - this.box.y,
    ];
    const [u, v] = [left / this.box.width, 1 - bottom / this.box.height];
    if (u < 0 || u > 1 || v < 0 || v > 1) return null;
    const [[x0, x1], [y0, y1]] = this.ranges();
    return [x0 + u * (x1 - x0), y0 + v * (y1 - y0)];
  }

  describe() {
    const { active } = this.app.drawing;
    this.legend.hidden = active;
    this.canvas.setAttribute("role", active ? "application" : "img");
    if (active) this.canvas.setAttribute("tabindex", "0");
    else this.canvas.removeAttribute("tabindex");
    const kind = this.isCurve ? "Curve" : "Surface";
    const text = active
      ? DRAWING_AREA
      : `${kind} that the network computes, with ${this.data.n_train} training and ${this.data.n_test} test points`;
    this.canvas.setAttribute("aria-label", text);
  }

  destroy() {
    this.resizing.disconnect();
  }
}

// ------------------------------------------------------------------ the loss

const KEPT_LOSSES = 2000;

/** Losses at the epochs that were shown, thinned out as they grow. */
class LossHistory {
  constructor() {
    this.clear();
  }

  clear() {
    Object.assign(this, { epoch: [], train: [], test: [] });
  }

  add({ epoch, train, test }) {
    this.epoch.push(...epoch);
    this.train.push(...train);
    this.test.push(...test);
    if (this.epoch.length > KEPT_LOSSES) this.thin();
  }

  /** Drop every second loss, but not the last one. */
  thin() {
    const last = this.epoch.length - 1;
    for (const name of ["epoch", "train", "test"]) {
      this[name] = this[name].filter((_, k) => (last - k) % 2 === 0);
    }
  }

  /** Return [epoch, loss] pairs of "train" or "test". */
  line(name) {
    const pairs = this.epoch.map((epoch, k) => [epoch, this[name][k]]);
    return pairs.filter(([, loss]) => loss !== null);
  }
}

/** Chart of the training and the test loss. */
class LossChart {
  constructor(app) {
    this.app = app;
    this.history = new LossHistory();
    this.canvas = make("canvas", {
      className: "losses",
      role: "img",
      "aria-label": "Chart of the loss by epoch",
    });
    this.logarithmic = false;
    this.resizing = new ResizeObserver(() => app.request());
    this.resizing.observe(this.canvas);
  }

  paint() {
    const { context, width, height } = fitCanvas(this.canvas);
    const lines = [this.history.line("train"), this.history.line("test")];
    const box = { x: 40, y: 8, width: width - 48, height: height - 28 };
    const scale = this.scales(lines, box);
    if (width) this.paintAxes(context, box, scale);
    if (!width || !lines[0].length) return;
    const { palette } = this.app;
    this.paintLine(context, lines[1], scale, palette.colors.test, [5, 3]);
    this.paintLine(context, lines[0], scale, palette.colors.train, []);
  }

  scales(lines, box) {
    const values = lines.flat().map(([, loss]) => loss);
    const high = Math.max(...values, 1e-12);
    const low = this.logarithmic ? Math.max(Math.min(...values, high / 10), high * 1e-8) : 0;
    const last = Math.max(this.history.epoch.at(-1) ?? 0, 10);
    const [top, bottom] = this.logarithmic ? [Math.log10(high), Math.log10(low)] : [high * 1.04, 0];
    const place = (loss) => (this.logarithmic ? Math.log10(Math.max(loss, low)) : loss);
    return {
      range: [bottom, top],
      last,
      x: (epoch) => box.x + (epoch / last) * box.width,
      y: (loss) => box.y + (1 - (place(loss) - bottom) / (top - bottom)) * box.height,
    };
  }

  paintAxes(context, box, scale) {
    const { colors } = this.app.palette;
    context.font = `11px ${getComputedStyle(this.canvas).fontFamily}`;
    context.strokeStyle = colors.line;
    context.fillStyle = colors.muted;
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const tick of this.lossTicks(scale.range)) {
      const y = Math.round(scale.y(tick)) + 0.5;
      context.beginPath();
      context.moveTo(box.x, y);
      context.lineTo(box.x + box.width, y);
      context.stroke();
      context.fillText(format(tick, tick < 1e6 ? 2 : 1), box.x - 6, y);
    }
    context.textBaseline = "top";
    for (const tick of ticks([0, scale.last], 4)) {
      const x = scale.x(tick);
      context.textAlign = tick === 0 ? "left" : x > box.x + box.width - 12 ? "right" : "center";
      context.fillText(format(tick, 6), x, box.y + box.height + 6);
    }
  }

  lossTicks([low, high]) {
    if (!this.logarithmic) return this.history.epoch.length ? ticks([low, high], 3) : [0];
    const powers = [];
    for (let power = Math.ceil(low); power <= high; power++) powers.push(10 ** power);
    return powers.length ? powers : [10 ** low];
  }

  paintLine(context, line, scale, color, dash) {
    context.beginPath();
    for (const [epoch, loss] of line) context.lineTo(scale.x(epoch), scale.y(loss));
    context.strokeStyle = color;
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.setLineDash(dash);
    context.stroke();
    context.setLineDash([]);
    const end = line.at(-1);
    if (!end) return;
    context.beginPath();
    context.arc(scale.x(end[0]), scale.y(end[1]), 3, 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
  }

  destroy() {
    this.resizing.disconnect();
  }
}

// -------------------------------------------------------------- the controls

const SLIDE_PAUSE = 80;
const OTHER = "other";
const LADDERS = {
  learning_rate_init: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 100],
  alpha: [0, 0.001, 0.01, 0.1, 0.3, 1, 3, 10],
  batch_size: [1, 4, 10, 32, 100],
  momentum: [0, 0.5, 0.9, 0.99],
  epochs_per_frame: [1, 2, 5, 10, 20, 50, 100],
};
const SLIDERS = { noise: 0.05, test_size: 0.05, n_samples: 10 };
const SEEDS = ["data_seed", "random_state"];

/** A labelled control per setting. Each changes one setting, and shows the state. */
class Controls {
  constructor(app, { options, datasets }) {
    this.app = app;
    this.options = new Map(options.map((option) => [option.name, option]));
    this.datasets = datasets;
    this.inputs = new Map();
    this.timers = new Map();
    this.tiles = make("div", { className: "tiles", role: "group", "aria-label": "Data set" });
    this.makeTiles();
    this.own = make("div", { className: "own-data" });
    const fields = (group) =>
      options
        .filter(({ name, kind }) => this.options.get(name).group === group && kind !== "features")
        .filter(
          ({ name }) => !["data", "task", "hidden_layer_sizes", "epochs_per_frame"].includes(name),
        )
        .map((option) => this.makeField(option));
    this.data = make("div", { className: "fields" }, ...fields("data"));
    this.training = make(
      "div",
      { className: "fields pairs" },
      ...fields("network"),
      ...fields("training"),
    );
    this.speed = this.makeField(this.options.get("epochs_per_frame"));
  }

  makeField(option) {
    const { name, kind } = option;
    if (SEEDS.includes(name)) return this.makeSeed(option);
    if (name in SLIDERS) return this.makeSlider(option, SLIDERS[name]);
    if (kind === "boolean") return this.makeSwitch(option);
    return this.makeSelect(option);
  }

  /** Put a label beside a control; `show` makes the control show a value. */
  field({ name, label, help }, input, show, ...more) {
    input.id = `${this.app.id}-${name}`;
    input.dataset.setting = name;
    const text = make("label", { htmlFor: input.id }, label);
    const className = `field field-${name}`;
    const field = make("div", { className, title: help }, text, input, ...more);
    this.inputs.set(name, { field, input, show });
    return field;
  }

  makeSwitch(option) {
    const onchange = (event) => this.change(option.name, event.target.checked);
    const input = make("input", { type: "checkbox", onchange });
    return this.field(option, input, (value) => (input.checked = value));
  }

  makeSlider(option, step) {
    const { name, min, max } = option;
    const output = make("output", {});
    const write = (value) => (output.textContent = step < 1 ? fixed(value, 2) : String(value));
    const oninput = () => {
      write(Number(input.value));
      this.later(name, () => this.change(name, Number(input.value)));
    };
    const input = make("input", { type: "range", min, max, step, oninput });
    const show = (value) => {
      input.value = value;
      write(value);
    };
    return this.field(option, input, show, output);
  }

  makeSeed(option) {
    const { name, label, min, max } = option;
    const onchange = () =>
      this.change(name, /^\d+$/.test(input.value) ? Number(input.value) : input.value);
    const input = make("input", {
      type: "number",
      min,
      max,
      step: 1,
      inputMode: "numeric",
      onchange,
    });
    const next = () => this.change(name, (Number(input.value) + 1) % max);
    const another = iconButton("dice", `Another ${label.toLowerCase()}`, next, "small");
    return this.field(option, input, (value) => (input.value = value), another);
  }

  /** A select of names, or of words and usual numbers with a way to type another. */
  makeSelect(option) {
    const { name } = option;
    const select = make("select", {
      onchange: () => {
        if (select.value === OTHER) this.typeNumber(option, select);
        else this.change(name, JSON.parse(select.value));
      },
    });
    return this.field(option, select, (value, settings) =>
      this.showChoices(option, select, value, settings),
    );
  }

  showChoices(option, select, value, settings) {
    const choices = this.choices(option, settings);
    const key = JSON.stringify(value);
    if (!choices.some(([other]) => other === key)) choices.push([key, typeof value === "string" ? value : format(value)]);
    if (option.min !== undefined) choices.push([OTHER, "other …"]);
    const shown = JSON.stringify(choices);
    if (select.dataset.shown !== shown) {
      select.replaceChildren(...choices.map(([of, text]) => make("option", { value: of }, text)));
      select.dataset.shown = shown;
    }
    select.value = key;
  }

  choices({ name, choices, by_task: byTask, words }, { task }) {
    if (choices) {
      const allowed = byTask?.[task];
      const suited = choices.filter(([value]) => !allowed || allowed.includes(value));
      return suited.map(([value, label]) => [JSON.stringify(value), label.replaceAll("_", " ")]);
    }
    const values = [...(words ?? []), ...LADDERS[name]];
    const unit = name === "epochs_per_frame" ? "×" : "";
    return values.map((value) => [
      JSON.stringify(value),
      typeof value === "string" ? value : format(value) + unit,
    ]);
  }

  /** Put a number field in the place of a select until a number is entered. */
  typeNumber(option, select) {
    const input = make("input", {
      type: "text",
      inputMode: "decimal",
      "aria-label": option.label,
      className: "typed",
    });
    let done = false;
    const end = (send) => {
      if (done) return;
      done = true;
      const text = input.value.trim();
      input.replaceWith(select);
      this.show(this.app.state);
      if (send && text) this.change(option.name, Number.isNaN(Number(text)) ? text : Number(text));
    };
    input.addEventListener("blur", () => end(true));
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.stopPropagation();
      end(event.key === "Enter");
      select.focus();
    });
    select.replaceWith(input);
    input.focus();
  }

  /** Wait until a slider rests before its value is sent. */
  later(name, action) {
    clearTimeout(this.timers.get(name));
    const run = () => {
      this.timers.delete(name);
      action();
    };
    this.timers.set(name, setTimeout(run, SLIDE_PAUSE));
  }

  change(name, value) {
    this.app.send({ type: "set", settings: { [name]: value } });
  }

  makeTiles() {
    const own = [
      { name: "csv", label: "Your CSV", help: "Open a CSV file, or drop it anywhere on the page." },
      {
        name: "points",
        label: "Draw",
        help: "Draw points with the mouse, a finger or the keyboard.",
      },
    ];
    this.tiles.append(...this.datasets.map((dataset) => this.makeTile(dataset)));
    this.ownTiles = own.map((choice) => this.makeOwnTile(choice));
    this.tiles.append(...this.ownTiles);
  }

  /** A button, not a radio button: arrow keys must not open files. */
  makeOwnTile({ name, label, help }) {
    const onclick = () => this.app.chooseData(name);
    const tile = { type: "button", className: "tile", value: name, title: help, onclick };
    return make("button", tile, makeSign(name), make("span", {}, label));
  }

  makeTile({ name, label, preview, help }) {
    const input = make("input", {
      type: "radio",
      name: `${this.app.id}-data`,
      value: name,
      onclick: () => this.app.chooseData(name),
    });
    const title = help ?? label;
    return make(
      "label",
      { className: "tile", title },
      input,
      makeThumbnail(preview),
      make("span", {}, label),
    );
  }

  show({ settings }) {
    const data = this.app.drawing.active ? "points" : settings.data;
    for (const input of this.tiles.querySelectorAll("input")) input.checked = input.value === data;
    for (const tile of this.ownTiles)
      tile.setAttribute("aria-pressed", String(tile.value === data));
    for (const [name, { input, show }] of this.inputs) {
      if (this.timers.has(name)) continue; // being moved
      show(settings[name], settings);
      input.removeAttribute("aria-invalid");
    }
    const dataset = this.datasets.find(({ name }) => name === data);
    this.inputs.get("noise").field.hidden = !dataset?.noise;
    this.inputs.get("n_samples").field.hidden = !dataset?.sized;
    this.inputs.get("momentum").input.disabled = settings.solver !== "sgd";
  }

  /** The user's own data: the task, the target and the columns that are shown. */
  showOwn({ data, settings }) {
    const parts = [];
    if (settings.data === "csv") {
      parts.push(make("p", { className: "own-name" }, data.name));
      if (data.columns) {
        const target = (column) => this.app.changeTarget(column);
        parts.push(this.makeColumn("Target", data.columns, data.target, target));
      }
      const tasks = this.options.get("task").choices;
      const task = (value) => this.change("task", value);
      parts.push(this.makeColumn("Task", tasks, settings.task, task));
    }
    if (data.all_features.length > 2) {
      const choose = (at) => (column) => {
        const features = [...data.features];
        if (features[1 - at] === column) features[1 - at] = features[at];
        features[at] = column;
        this.change("features", features);
      };
      parts.push(this.makeColumn("Across", data.all_features, data.features[0], choose(0)));
      parts.push(this.makeColumn("Upwards", data.all_features, data.features[1], choose(1)));
    }
    if (data.note) parts.push(make("p", { className: "note" }, data.note));
    this.own.hidden = !parts.length;
    this.own.replaceChildren(...parts);
  }

  makeColumn(label, columns, chosen, choose) {
    const options = columns.map((column) => {
      const [value, text] = [].concat(column);
      return make("option", { value, selected: value === chosen }, text ?? value);
    });
    const select = make("select", { onchange: (event) => choose(event.target.value) }, ...options);
    return make("label", { className: "field" }, make("span", {}, label), select);
  }

  markInvalid(name) {
    this.inputs.get(name)?.input.setAttribute("aria-invalid", "true");
  }
}

function makeThumbnail(preview) {
  const r = preview.length < 8 ? 3.2 : 1.7;
  const picture = makeSvg("svg", {
    viewBox: "0 0 44 44",
    class: "thumbnail",
    "aria-hidden": "true",
  });
  for (const [x, y, value] of preview) {
    const color = CLASS_COLORS[value > 1 ? value % CLASS_COLORS.length : value < 0.5 ? 0 : 1];
    picture.append(
      makeSvg("circle", { cx: 4 + 36 * x, cy: 40 - 36 * y, r, class: `fill-${color}` }),
    );
  }
  return picture;
}

const SIGNS = {
  csv: "M12 8h20v28H12zM12 15h20M12 22h20M12 29h20M19 8v28",
  points: "M11 33l2-7L28 11l5 5-15 15zM25 14l5 5",
};

function makeSign(value) {
  const path = makeSvg("path", { d: SIGNS[value] });
  return makeSvg(
    "svg",
    { viewBox: "0 0 44 44", class: "thumbnail sign", "aria-hidden": "true" },
    path,
  );
}

// ------------------------------------------------------------ drawn examples

const MAX_POINTS = 500;
const POINT_DISTANCE = 0.07;
const LABELS = [1, 2, 3, 4];

/** Points that the user draws with the mouse, a finger or the keyboard. */
class Drawing {
  constructor(app) {
    this.app = app;
    Object.assign(this, { active: false, isCurve: false, points: [], label: 1, erasing: false });
    this.cursor = [0, 0];
    this.element = make("div", { className: "drawing", hidden: true });
    this.status = make("p", { className: "note", role: "status" });
    const canvas = app.output.canvas;
    canvas.addEventListener("pointerdown", (event) => this.onPointer(event, true));
    canvas.addEventListener("pointermove", (event) => this.onPointer(event, false));
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    for (const type of ["focus", "blur"]) canvas.addEventListener(type, () => app.request());
    this.element.addEventListener("keydown", (event) => this.chooseByKey(event));
  }

  begin() {
    this.active = true;
    this.showTools();
    this.changed();
    this.app.output.describe();
    this.app.output.canvas.focus();
  }

  end() {
    this.active = false;
    this.element.hidden = true;
    this.app.output.describe();
    this.app.output.refresh();
  }

  showTools() {
    const choose = (text, pressed, onclick, key) =>
      make(
        "button",
        {
          type: "button",
          className: "chip",
          "aria-pressed": String(pressed),
          "data-tool": key,
          onclick,
        },
        text,
      );
    const kinds = ["Classes", "Curve"].map((text, k) =>
      choose(text, this.isCurve === Boolean(k), () => this.setKind(Boolean(k)), text),
    );
    const classes = this.isCurve ? [] : LABELS.map((k) => this.makeClassButton(k));
    const erase = choose(
      "Erase",
      this.erasing,
      () => this.setTool(this.label, !this.erasing),
      "erase",
    );
    const clear = textButton("Clear", () => this.setPoints([]), "chip");
    const done = textButton("Done", () => this.app.finishDrawing(), "chip primary");
    const focused = this.element.contains(document.activeElement)
      ? document.activeElement.dataset.tool
      : null;
    this.element.replaceChildren(...kinds, ...classes, erase, clear, done, this.status);
    this.element.hidden = false;
    if (focused) this.element.querySelector(`[data-tool="${CSS.escape(focused)}"]`)?.focus();
  }

  makeClassButton(k) {
    const swatch = make("i", { className: "swatch" });
    swatch.style.background = classVariable(k - 1);
    const properties = {
      type: "button",
      className: "chip",
      "aria-label": `Class ${k}`,
      "aria-pressed": String(k === this.label && !this.erasing),
      "data-tool": `class${k}`,
      onclick: () => this.setTool(k, false),
    };
    return make("button", properties, swatch, String(k));
  }

  setKind(isCurve) {
    this.isCurve = isCurve;
    this.setPoints([]);
  }

  setTool(label, erasing) {
    Object.assign(this, { label, erasing });
    this.showTools();
  }

  setPoints(points) {
    this.points = points;
    this.changed();
    this.showTools();
  }

  add([x, y]) {
    if (this.points.length >= MAX_POINTS) return;
    this.points.push(this.isCurve ? [x, y] : [x, y, this.label]);
    this.changed();
  }

  erase([x, y], reach = 0.1) {
    const distance = (point) => Math.hypot(point[0] - x, point[1] - y);
    this.points = this.points.filter((point) => distance(point) > reach);
    this.changed();
  }

  onPointer(event, isPress) {
    if (!this.active) {
      if (isPress) this.app.choosePoint(event);
      return;
    }
    if (!(event.buttons & 1) && !isPress) return;
    const at = this.app.output.toData(event);
    if (!at) return;
    event.preventDefault();
    const near = (point) => Math.hypot(point[0] - at[0], point[1] - at[1]) < POINT_DISTANCE;
    if (this.erasing) this.erase(at);
    else if (isPress || !this.points.some(near)) this.add(at);
    this.cursor = at;
    this.app.output.canvas.focus();
  }

  onKey(event) {
    if (!this.active || event.ctrlKey || event.metaKey || event.altKey) return;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    const move = moves[event.key];
    if (move) {
      const length = event.shiftKey ? 0.01 : 0.05;
      this.cursor = this.cursor.map((value, k) => clamp(value + length * move[k], -1, 1));
      this.app.request();
    } else if (event.key === "Enter" || event.key === " ") this.add(this.cursor);
    else if (event.key === "Backspace" || event.key === "Delete") this.erase(this.cursor);
    else return this.chooseByKey(event);
    event.preventDefault();
    return undefined;
  }

  chooseByKey(event) {
    if (/^[1-4]$/.test(event.key) && !this.isCurve) this.setTool(Number(event.key), false);
  }

  /** Say what is missing, or send the points. */
  changed() {
    const missing = this.missing();
    this.status.textContent = missing ?? `${this.points.length} points`;
    this.app.output.refresh();
    if (missing) return;
    const [task, unit] = [this.isCurve ? "regression" : "classification", [-1, 1]];
    const message = { type: "points", task, points: this.points, x_range: unit, y_range: unit };
    this.app.controls.later("points", () => this.app.send(message));
  }

  missing() {
    if (this.isCurve) {
      return this.points.length < 4 ? "Draw at least four points of a curve (click, or press Enter)." : null;
    }
    const counts = LABELS.map((k) => this.points.filter((point) => point[2] === k).length);
    const many = counts.filter((count) => count >= 2).length;
    if (many < 2)
      return "Draw at least two points in each of two or more classes (click, or press Enter).";
    return counts.includes(1) ? "Each class needs at least two points." : null;
  }
}

// ----------------------------------------------------------- the explanation

/** The derivative of one parameter, factor by factor. */
class ExplanationPanel {
  constructor(app) {
    this.app = app;
    this.select = make("select", {
      "aria-label": "Weight to explain",
      onchange: () => this.ask(this.select.value),
    });
    this.given = make("span");
    this.numbers = make("div", { className: "derivation" });
    const button = (name, label, onclick) => iconButton(name, label, onclick, "small");
    const close = button("close", "Close the explanation", () => app.stopExplaining());
    const back = button("left", "Previous sample", () => this.go(-1));
    const on = button("right", "Next sample", () => this.go(1));
    const head = { className: "panel-head" };
    this.element = make(
      "section",
      { className: "panel explanation", hidden: true, "aria-label": "Explanation" },
      make("div", head, make("h3", {}, "How it learns: "), this.select, close),
      make("div", { className: "sample" }, back, on, this.given),
      this.numbers,
    );
    this.shown = this.parameter = null;
    this.chosen = null; // the sample, or null for the one that Python chooses
    this.due = 0;
  }

  setState(state) {
    this.state = state;
    if (this.chosen >= state.data.n_train) this.chosen = null;
  }

  samplePoint() {
    return this.shown ? this.state.data.train[this.shown.sample.index] : null;
  }

  ask(parameter, sample = this.chosen) {
    this.parameter = parameter;
    this.chosen = sample;
    this.due = performance.now() + 300; // when it is asked again while training plays
    this.app.send({ type: "explain", parameter, sample });
  }

  close() {
    this.shown = this.parameter = this.chosen = null;
    this.element.hidden = true;
    this.app.output.refresh();
  }

  go(by) {
    const count = this.state.data.n_train;
    this.ask(this.parameter, (this.shown.sample.index + by + count) % count);
  }

  /** Show new numbers; the controls around them stay, with the focus and an open list. */
  show(explanation) {
    if (!this.parameter) return; // closed in the meantime
    this.shown = explanation;
    this.select.value = explanation.parameter;
    this.given.textContent = this.describeSample(explanation);
    this.numbers.replaceChildren(
      this.makeChain(explanation),
      this.makeUpdate(explanation),
      make("p", { className: "note" }, explanation.text),
    );
    if (this.element.hidden) {
      this.element.hidden = false;
      this.element.scrollIntoView({ block: "nearest" });
    }
    this.app.output.refresh();
  }

  /** Offer the parameters of a newly drawn network. */
  offer(parameters) {
    const options = parameters.map(({ name, joins }) =>
      make("option", { value: name }, `${name}: ${joins}`),
    );
    this.select.replaceChildren(...options);
  }

  describeSample({ sample }) {
    const { data } = this.state;
    const [names] = this.state.neuron_names;
    const value = (x, k) => `${names[k]} ${equals([x], 3)} ${format(x, 3)}`;
    const inputs = sample.x.slice(0, 6).map(value).join(", ");
    const target = data.classes ? `class ${data.classes[sample.y]}` : format(sample.y, 3);
    return `training sample ${sample.index + 1} of ${data.n_train}: ${inputs}; target: ${target}`;
  }

  /** The factors and their product; a sum over paths is one factor, shown below. */
  makeChain({ chains, input, penalty, derivative, parameter }) {
    const operator = (text) => make("span", { className: "operator" }, text);
    const { paths, common } = splitChains(chains);
    const last = common.length - 1;
    const factors = common.map((factor, k) =>
      k === last
        ? this.makeFactor({ ...factor, note: input }, "forward")
        : this.makeFactor(factor, "backward"),
    );
    if (paths.length) factors.unshift(this.makeSum(paths));
    const parts = factors.flatMap((factor, k) => (k ? [operator("×"), factor] : [factor]));
    if (penalty)
      parts.push(operator("+"), this.makeFactor({ name: "penalty", value: penalty }, ""));
    const result = make(
      "span",
      { className: "factor result" },
      mathName(`∂L/∂${parameter}`),
      make("b", { className: "derivative", "data-value": String(derivative) }, format(derivative)),
    );
    const sum = paths.length ? [sumOf(paths)] : [];
    const values = [...sum, ...common.map(({ value }) => value), penalty, derivative];
    const chain = make("div", { className: "chain" }, ...parts, operator(equals(values)), result);
    return make("div", {}, chain, ...(paths.length ? [this.makePaths(paths)] : []));
  }

  makeSum(paths) {
    const sum = { name: "∑", value: sumOf(paths), formula: `${paths.length} paths` };
    return this.makeFactor(sum, "backward");
  }

  makePaths(paths) {
    const rows = paths.map((path) => {
      const names = path.flatMap(({ name }, k) => [...(k ? [" × "] : []), ...indexed(name)]);
      const values = path.map(({ value }) => value);
      const product = productOf(path);
      const operands = values.map(operand).join(" × ");
      return make(
        "li",
        {},
        make("span", { className: "math" }, ...names),
        ` ${equals(values)} ${operands} ${equals([...values, product])} `,
        make("b", {}, format(product)),
      );
    });
    const summary = make("summary", {}, `∑: the ${paths.length} paths to the loss`);
    return make(
      "details",
      {
        className: "paths",
        open: this.pathsOpen,
        ontoggle: (event) => (this.pathsOpen = event.target.open),
      },
      summary,
      make("ul", {}, ...rows),
    );
  }

  makeFactor({ name, value, formula, note }, className) {
    const parts = [mathName(name), make("b", { "data-value": String(value) }, format(value))];
    if (formula && formula !== name) {
      const text = formula.replaceAll("*", "·").replaceAll("-", "−").replaceAll("^2", "²");
      parts.push(make("small", { className: "math" }, ...indexed(text)));
    }
    if (note) parts.push(make("small", { className: "note" }, note));
    return make("span", { className: `factor ${className}` }, ...parts);
  }

  makeUpdate({ parameter, old, new: after, derivative, rate }) {
    const [direction, arrow] = after > old ? ["up", "↑"] : after < old ? ["down", "↓"] : ["", ""];
    const sign = equals([rate, derivative]) === "=" ? equals([old, after], 5) : "≈";
    const change = `${format(old, 5)} − ${format(rate)} × ${operand(derivative)}`;
    return make(
      "p",
      { className: "update" },
      make("span", { className: "math" }, `${parameter} ← ${change} ${sign} `),
      make("b", { className: direction }, `${format(after, 5)} ${arrow}`),
    );
  }
}

/** Split chains into the factors that all end with, and what differs: the paths. */
function splitChains(chains) {
  if (chains.length === 1) return { paths: [], common: chains[0] };
  let n = 0;
  const [first] = chains;
  while (chains.every((chain) => chain.at(-1 - n)?.name === first.at(-1 - n)?.name)) n += 1;
  return { paths: chains.map((chain) => chain.slice(0, -n)), common: first.slice(-n) };
}

const productOf = (factors) => factors.reduce((value, factor) => value * factor.value, 1);
const sumOf = (paths) => paths.reduce((sum, path) => sum + productOf(path), 0);
const operand = (value) => (value < 0 ? `(${format(value)})` : format(value));

// ------------------------------------------------------------- the diagnosis

/** One finding at a time; its buttons stay while it changes, so that no click is lost. */
class Diagnosis {
  constructor(app) {
    this.app = app;
    this.at = 0;
    this.text = make("p");
    this.cure = textButton("", () => this.apply(), "chip primary cure");
    this.next = textButton("", () => this.showNext(), "chip");
    const buttons = make("span", { className: "diagnosis-buttons" }, this.cure, this.next);
    this.element = make(
      "div",
      { className: "diagnosis", role: "status", "aria-label": "Diagnosis" },
      this.text,
      buttons,
    );
  }

  show(diagnosis) {
    const { findings, healthy } = (this.diagnosis = diagnosis);
    this.at = Math.min(this.at, Math.max(findings.length - 1, 0));
    this.shown = findings[this.at];
    this.element.className = `diagnosis ${this.shown ? "unwell" : "healthy"}`;
    this.write(this.shown ?? { text: healthy });
    this.cure.hidden = !this.shown?.cure;
    if (!this.cure.hidden) this.cure.textContent = this.shown.cure.label;
    this.next.hidden = findings.length < 2;
    const label = `${this.at + 1} of ${findings.length}`;
    this.next.textContent = label;
    this.next.setAttribute("aria-label", `Finding ${label}: show the next`);
  }

  write({ title, text, advice }) {
    const key = [title, text, advice].join();
    if (key === this.written) return; // a screen reader would say it again
    this.written = key;
    this.text.replaceChildren();
    if (title) this.text.append(make("b", {}, `${title}. `));
    this.text.append(text);
    if (advice) this.text.append(make("span", { className: "advice" }, ` Try: ${advice}`));
  }

  apply() {
    const goOn = this.app.playing;
    this.app.send({ type: "cure", settings: this.shown.cure.changes });
    if (goOn) this.app.send({ type: "play" });
  }

  showNext() {
    this.at = (this.at + 1) % this.diagnosis.findings.length;
    this.show(this.diagnosis);
  }
}

// --------------------------------------------------------------- the lessons

/** Guided scenarios: a preset, two sentences and a question. */
class Lessons {
  constructor(app, lessons) {
    this.app = app;
    this.lessons = lessons;
    this.current = null;
    this.select = make("select", {
      "aria-label": "Lesson",
      onchange: () => this.choose(this.select.value || null),
    });
    this.select.append(make("option", { value: "" }, "Choose a lesson …"));
    this.select.append(...lessons.map(({ name, title }) => make("option", { value: name }, title)));
    this.element = make("section", {
      className: "panel lesson",
      hidden: true,
      "aria-label": "Lesson",
    });
  }

  choose(name) {
    this.app.finishDrawing();
    this.show(name);
    this.app.send({ type: "lesson", name });
  }

  show(name) {
    const at = this.lessons.findIndex((lesson) => lesson.name === name);
    this.current = at < 0 ? null : name;
    this.select.value = this.current ?? "";
    this.element.hidden = at < 0;
    if (at < 0) return;
    const { title, text, question } = this.lessons[at];
    const next = this.lessons[at + 1];
    const go = next
      ? textButton(`Next: ${next.title}`, () => this.choose(next.name), "chip")
      : textButton("End of the lessons", () => this.choose(null), "chip");
    const paragraphs = [].concat(text).map((sentence) => `${sentence} `);
    this.element.replaceChildren(
      make(
        "div",
        { className: "lesson-text" },
        make("h3", {}, `${at + 1}. ${title}`),
        make("p", {}, ...paragraphs),
      ),
      make("p", { className: "question" }, question),
      make(
        "div",
        { className: "lesson-buttons" },
        go,
        iconButton("close", "Close the lesson", () => this.choose(null), "small"),
      ),
    );
  }
}

// ------------------------------------------------------------ the whole page

const MAX_CSV = 5e6; // bytes; Python checks it, too
const UTF8 = new TextDecoder("utf-8", { fatal: true });
const ANNOUNCE_PAUSE = 10_000;
const NEW_TRIES = ["set", "csv", "points", "lesson", "cure", "reset"];
let mounted = 0;

/** One page: hands messages to its parts, and draws at most once per screen frame. */
class Playground {
  constructor(root, transport, { ownsPage = false } = {}) {
    Object.assign(this, { root, transport, ownsPage });
    this.id = `sknn-${(mounted += 1)}`;
    root.classList.add("sknn-playground");
    // Keys are for the page: JupyterLab looks at the focused element, and leaves them to it.
    root.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
    this.keys = ownsPage ? document : root;
    this.keys.addEventListener("keydown", (this.onKey = (event) => this.onShortcut(event)));
    this.palette = new Palette(root);
    this.followTheme();
    this.announced = 0;
    this.output = new Output(this);
    this.network = new Network(this);
    this.losses = new LossChart(this);
    this.drawing = new Drawing(this);
    this.explanationPanel = new ExplanationPanel(this);
    this.diagnosis = new Diagnosis(this);
    this.message = make("div", { className: "message", hidden: true });
    this.acceptDrops();
    root.replaceChildren(make("p", { className: "note" }, "Connecting to Python …"));
    transport.listen(
      (message) => this.receive(message),
      () => this.onClosed(),
    );
    if (ownsPage) window.addEventListener("hashchange", (this.onHash = () => this.greet()));
    this.greet();
  }

  greet() {
    const link = this.ownsPage ? location.hash.slice(1) || null : null;
    this.send({ type: "hello", link });
  }

  /** Send a message; a new try puts an end to the error of the last one. */
  send(message) {
    if (this.refused && NEW_TRIES.includes(message.type)) this.message.hidden = true;
    this.transport.send(message);
  }

  // Messages

  receive(message) {
    const handler = {
      welcome: this.onWelcome,
      state: this.onState,
      frame: this.onFrame,
      explanation: this.onExplanation,
      diagnosis: (diagnosis) => this.diagnosis.show(diagnosis),
      script: this.onScript,
      file: this.onFile,
      error: this.showError,
      notice: ({ text }) => this.say(text, "notice"),
    }[message.type];
    handler?.call(this, message);
  }

  onWelcome(welcome) {
    this.lessons = new Lessons(this, welcome.lessons);
    this.controls = new Controls(this, welcome);
    this.built = null;
    this.layOut();
  }

  onState(state) {
    this.state = state;
    this.ownsTable ||= state.settings.data === "csv";
    this.pending = null; // it belongs to the state before; another frame follows
    this.selected = state.data.features.map((name) => state.data.all_features.indexOf(name));
    this.explanationPanel.setState(state);
    const shape = JSON.stringify([state.layers, state.data.all_features, state.data.features]);
    if (this.built !== shape) this.build(state, shape);
    this.output.build(state);
    this.controls.show(state);
    this.controls.showOwn(state);
    this.lessons.show(state.lesson);
    this.showDepth();
    this.output.describe();
    this.scoreName = state.settings.task === "regression" ? "R²" : "accuracy";
    this.readouts.test_score.label.textContent = `Test ${this.scoreName}`;
    this.readouts.train_score.label.textContent = `Training ${this.scoreName}`;
    if (this.ownsPage)
      history.replaceState(
        null,
        "",
        state.link ? `#${state.link}` : location.pathname + location.search,
      );
  }

  /** Draw another network; what was explained or shown of the old one is gone. */
  build(state, shape) {
    this.built = shape;
    this.pinned = this.hovered = null;
    this.explanationPanel.close();
    this.network.build(state);
    this.explanationPanel.offer(this.network.parameters);
  }

  onFrame(frame) {
    if (frame.surface) frame.surface.levels = decode(frame.surface.levels);
    if (frame.restart) this.losses.history.clear();
    this.losses.history.add(frame.losses);
    this.pending = frame;
    this.showPlaying(frame.playing);
    const isDue = !frame.playing || performance.now() > this.explanationPanel.due;
    if (isDue && this.explanationPanel.parameter)
      this.explanationPanel.ask(this.explanationPanel.parameter);
    this.request();
  }

  request() {
    if (this.requested) return;
    this.requested = requestAnimationFrame(() => this.paint());
  }

  paint() {
    this.requested = null;
    if (!this.state || !this.root.isConnected) return;
    if (this.palette.stale) this.restyle();
    if (this.pending) {
      this.network.draw(this.pending);
      this.output.setFrame(this.pending);
      this.showNumbers(this.pending);
    }
    this.output.shownNeuron = this.pointedNeuron();
    this.output.paint();
    this.losses.paint();
    if (this.pending?.playing) this.send({ type: "ready" });
    this.pending = null;
  }

  onExplanation(explanation) {
    this.explanationPanel.show(explanation);
    if (this.explanationPanel.shown) this.network.mark(explanation);
  }

  onScript({ text }) {
    const code = make("pre", { tabIndex: 0, "aria-label": "Python script" }, text);
    const copy = textButton("Copy", () => this.copy(text, copy), "chip primary");
    const save = textButton(
      "Download",
      () => download("playground.py", "text/x-python", text),
      "chip",
    );
    const note = "This script trains the network on the page again, to the last bit.";
    this.openDialog(
      "Copy as Python",
      make("p", { className: "note" }, note),
      code,
      make("p", { className: "row" }, copy, save),
    );
  }

  async copy(text, button) {
    const before = button.textContent;
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select the text and press Ctrl-C";
    }
    setTimeout(() => (button.textContent = before), 2500);
  }

  onFile({ name, data, mime }) {
    download(name, mime, decode(data));
    this.dialog.close();
    this.say(`Saved ${name}.`, "notice");
  }

  showError({ about, text }) {
    if (about === "training") return; // the diagnosis tells it
    if (this.state && about !== "points") {
      this.controls.show(this.state);
      this.lessons.show(this.state.lesson);
    }
    this.controls?.markInvalid(about);
    this.say(text, "error");
    this.refused = true;
    if (about === "explain") this.stopExplaining();
  }

  say(text, kind) {
    clearTimeout(this.silence);
    this.refused = false;
    const close = iconButton("close", "Dismiss", () => (this.message.hidden = true), "small");
    this.message.className = `message ${kind}`;
    this.message.setAttribute("role", kind === "error" ? "alert" : "status");
    this.message.replaceChildren(make("span", {}, text), close);
    this.message.hidden = false;
    if (kind === "notice") this.silence = setTimeout(() => (this.message.hidden = true), 6000);
  }

  onClosed() {
    this.showPlaying(false);
    this.say("The connection to Python has ended. Reload the page to start again.", "error");
  }

  // What the user does

  togglePlay() {
    if (this.drawing.active) this.finishDrawing();
    const playing = !this.playing;
    this.send({ type: playing ? "play" : "pause" });
    this.showPlaying(playing);
  }

  step(unit) {
    if (this.playing) this.togglePlay();
    this.send({ type: "step", unit, count: 1 });
    this.announced = 0;
  }

  reset() {
    this.send({ type: "reset" });
  }

  explain(name) {
    if (this.playing) this.togglePlay();
    this.explanationPanel.ask(name);
  }

  stopExplaining() {
    const { parameter } = this.explanationPanel;
    this.explanationPanel.close();
    this.network.mark(null);
    const back = this.network.parameters?.find(({ name }) => name === parameter);
    back?.hit.focus();
  }

  /** Explain the step on the training point next to the pointer. */
  choosePoint(event) {
    const at = this.output.toData(event);
    if (!at || !this.state.data.train.length) return;
    const [across, upwards] = this.output.ranges().map(([low, high]) => high - low);
    const distances = this.state.data.train.map(([x, y]) =>
      Math.hypot((x - at[0]) / across, (y - at[1]) / upwards),
    );
    const nearest = distances.indexOf(Math.min(...distances));
    if (distances[nearest] > 0.05) return;
    if (this.playing) this.togglePlay();
    const name = this.explanationPanel.parameter ?? this.network.parameters[0].name;
    this.explanationPanel.ask(name, nearest);
  }

  changeWidth(layer, width) {
    const sizes = [...this.state.settings.hidden_layer_sizes];
    sizes[layer] = width;
    this.controls.change("hidden_layer_sizes", sizes);
  }

  changeDepth(by) {
    const sizes = [...this.state.settings.hidden_layer_sizes];
    if (by < 0) sizes.pop();
    else sizes.push(sizes.at(-1) ?? 4);
    this.controls.change("hidden_layer_sizes", sizes);
  }

  showDepth() {
    const depth = this.state.settings.hidden_layer_sizes.length;
    this.depth.textContent = String(depth);
    this.fewer.disabled = depth === 0;
    this.more.disabled = depth === 6;
  }

  hoverNeuron(at) {
    this.hovered = at;
    this.request();
  }

  toggleNeuron(layer, k) {
    const same = this.pinned && this.pinned[0] === layer && this.pinned[1] === k;
    this.pinned = same ? null : [layer, k];
    this.network.press(this.pinned);
    this.request();
  }

  /** Return the neuron shown large, and write its name over the output. */
  pointedNeuron() {
    const [layer, k] = this.hovered ?? this.pinned ?? [];
    const neuron = this.network.neurons[layer]?.[k];
    const name = neuron ? `Neuron ${neuron.name}` : "Output";
    if (this.outputTitle.textContent !== name) this.outputTitle.textContent = name;
    return neuron ?? null;
  }

  chooseData(value) {
    if (value === "points") {
      this.drawing.begin();
      this.controls.show(this.state);
      return;
    }
    if (this.drawing.active) this.drawing.end();
    const isBack = value === "csv" && this.ownsTable && this.state.settings.data !== "csv";
    if (value === "csv" && !isBack) this.file.click();
    else this.controls.change("data", value);
  }

  changeTarget(target) {
    this.send({ type: "csv", name: null, text: null, target });
  }

  finishDrawing() {
    if (!this.drawing.active) return;
    this.drawing.end();
    this.controls.show(this.state);
  }

  async readFile(file) {
    if (!file) return;
    const refuse = (text) => this.showError({ about: "csv", text: `${file.name} ${text}` });
    if (file.size > MAX_CSV) {
      const size = (file.size / 1e6).toFixed(1);
      refuse(`has ${size} MB; a CSV file may have at most 5 MB. Take a sample of its rows.`);
      return;
    }
    let text;
    try {
      text = UTF8.decode(await file.arrayBuffer());
    } catch {
      refuse("is not text in UTF-8. Save it as such.");
      return;
    }
    this.finishDrawing();
    this.send({ type: "csv", name: file.name, text, target: null });
  }

  // What the page shows

  showPlaying(playing) {
    this.playing = playing;
    if (!this.layout) return;
    this.root.classList.toggle("playing", playing);
    const label = playing ? "Pause" : "Play";
    this.playButton.replaceChildren(icon(playing ? "pause" : "play"));
    this.playButton.title = `${label} (K)`;
    this.playButton.setAttribute("aria-label", label);
    if (!playing) this.announced = 0;
  }

  showNumbers(frame) {
    const texts = {
      epoch: frame.epoch.toLocaleString("en", { maximumFractionDigits: 2 }),
      rate: format(frame.rate, 3),
      train_loss: fixed(frame.train_loss),
      test_loss: fixed(frame.test_loss),
      train_score: fixed(frame.train_score, 2),
      test_score: fixed(frame.test_score, 2),
    };
    for (const [name, text] of Object.entries(texts)) {
      const { value } = this.readouts[name];
      if (value.textContent !== text) value.textContent = text;
    }
    this.announce(texts);
  }

  /** Tell a screen reader where training is, now and then. */
  announce({ epoch, test_score: score }) {
    const now = performance.now();
    if (this.announced && now - this.announced < ANNOUNCE_PAUSE) return;
    this.announced = now;
    this.live.textContent = `Epoch ${epoch}, test ${this.scoreName} ${score}`;
  }

  layOut() {
    const h = (level, text) => make(level, {}, text);
    this.outputTitle = h("h2", "Output");
    this.live = make("p", { className: "visually-hidden", role: "status" });
    this.dialog = make("dialog", { className: "dialog" });
    this.readouts = {};
    this.layout = make(
      "div",
      { className: "layout" },
      this.message,
      this.makeHeader(),
      this.lessons.element,
      this.makeDataPanel(),
      this.makeNetworkPanel(),
      this.explanationPanel.element,
      this.makeOutputPanel(),
      this.makeTrainingPanel(),
      this.live,
      this.dialog,
    );
    this.root.replaceChildren(this.layout);
    this.showPlaying(false);
  }

  makeHeader() {
    this.playButton = iconButton("play", "Play", () => this.togglePlay(), "round play");
    const transport = make(
      "div",
      { className: "transport", role: "group", "aria-label": "Training" },
      iconButton("reset", "Reset: initial weights again", () => this.reset()),
      this.playButton,
      iconButton("epoch", "One epoch", () => this.step("epoch")),
      iconButton("minibatch", "One minibatch", () => this.step("minibatch")),
      this.controls.speed,
    );
    const numbers = make(
      "dl",
      { className: "numbers" },
      this.makeReadout("epoch", "Epoch"),
      this.makeReadout("rate", "Rate"),
    );
    const title = make("h1", {}, make("span", {}, "sknn-simple "), "playground");
    const actions = make(
      "div",
      { className: "actions" },
      this.lessons.select,
      textButton("Copy as Python", () => this.send({ type: "script" }), "chip"),
      textButton("Save model", () => this.askFormat(), "chip"),
    );
    if (this.ownsPage) {
      const link = textButton("Copy link", () => this.copy(location.href, link), "chip");
      actions.append(link);
    }
    return make("header", { className: "top" }, title, transport, numbers, actions);
  }

  makeReadout(name, text, swatch = "") {
    const label = make("span", {}, text);
    const value = make("dd", { "data-readout": name }, "–");
    this.readouts[name] = { label, value };
    const term = make("dt", {}, label);
    if (swatch) term.prepend(make("i", { className: `stroke ${swatch}` }));
    return make("div", { className: `readout readout-${name}` }, term, value);
  }

  makeDataPanel() {
    const { controls } = this;
    this.file = make("input", {
      type: "file",
      accept: ".csv,text/csv,text/plain",
      className: "visually-hidden",
      tabIndex: -1,
      "aria-label": "CSV file",
      onchange: () => {
        this.readFile(this.file.files[0]);
        this.file.value = "";
      },
    });
    return make(
      "section",
      { className: "panel data", "aria-label": "Data" },
      make("h2", {}, "Data"),
      controls.tiles,
      this.file,
      controls.own,
      controls.data,
    );
  }

  makeTrainingPanel() {
    return make(
      "section",
      { className: "panel training", "aria-label": "Training options" },
      make("h2", {}, "Training"),
      this.controls.training,
    );
  }

  makeNetworkPanel() {
    const heading = make(
      "div",
      { className: "panel-head" },
      make("h2", {}, "Network"),
      this.makeDepth(),
    );
    const panel = { className: "panel middle", "aria-label": "Network" };
    return make("section", panel, heading, this.network.element, this.makeKey(), this.diagnosis.element);
  }

  makeDepth() {
    this.depth = make("b", {});
    const button = (text, by, label) => {
      const onclick = () => this.changeDepth(by);
      return make(
        "button",
        { type: "button", className: "tiny", "aria-label": label, onclick },
        text,
      );
    };
    this.fewer = button("−", -1, "Remove a hidden layer");
    this.more = button("+", 1, "Add a hidden layer");
    const group = { className: "depth", role: "group", "aria-label": "Hidden layers" };
    return make("span", group, "hidden layers ", this.fewer, this.depth, this.more);
  }

  /** Explain the lines of the network, which stand for other things in an explanation. */
  makeKey() {
    const item = (kind, text) => make("span", {}, make("i", { className: `stroke ${kind}` }), text);
    const hint = make("span", { className: "hint" }, "Click a weight to see how it learns.");
    const usual = [item("positive", "positive weight"), item("negative", "negative weight"), hint];
    const explained = [
      item("forward", "activations, forward"),
      item("backward", "derivatives ∂L/∂z, backward"),
    ];
    return make(
      "div",
      { className: "key" },
      make("p", { className: "usual" }, ...usual),
      make("p", { className: "explained" }, ...explained),
    );
  }

  makeOutputPanel() {
    const scores = make(
      "dl",
      { className: "scores" },
      this.makeReadout("test_score", "Test accuracy"),
      this.makeReadout("train_score", "Training accuracy"),
    );
    const losses = make(
      "dl",
      { className: "loss-readouts" },
      this.makeReadout("train_loss", "Training", "train"),
      this.makeReadout("test_loss", "Test", "test"),
    );
    const logarithmic = make(
      "button",
      {
        type: "button",
        className: "chip small-chip",
        "aria-pressed": "false",
        title: "Logarithmic scale",
        onclick: () => {
          this.losses.logarithmic = !this.losses.logarithmic;
          logarithmic.setAttribute("aria-pressed", String(this.losses.logarithmic));
          this.request();
        },
      },
      "log",
    );
    return make(
      "section",
      { className: "panel result", "aria-label": "Output" },
      make("div", { className: "panel-head" }, this.outputTitle, scores),
      this.drawing.element,
      this.output.element,
      make(
        "div",
        { className: "panel-head loss-head" },
        make("h2", {}, "Loss"),
        losses,
        logarithmic,
      ),
      this.losses.canvas,
    );
  }

  askFormat() {
    const save = (format) => () => this.send({ type: "save", format });
    this.openDialog(
      "Save model",
      make(
        "p",
        {},
        "The fitted model, as a file for your own scripts. A skops file is checked when it is read; open a pickle only if you trust where it comes from.",
      ),
      make(
        "p",
        { className: "row" },
        textButton("skops", save("skops"), "chip primary"),
        textButton("pickle", save("pickle"), "chip"),
      ),
    );
  }

  openDialog(title, ...parts) {
    const close = iconButton("close", "Close", () => this.dialog.close(), "small");
    const heading = make("h2", { id: `${this.id}-dialog` }, title);
    this.dialog.setAttribute("aria-labelledby", heading.id);
    this.dialog.replaceChildren(make("div", { className: "panel-head" }, heading, close), ...parts);
    if (!this.dialog.open) this.dialog.showModal();
  }

  acceptDrops() {
    const over = (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      this.root.classList.add("dropping");
    };
    const leave = () => this.root.classList.remove("dropping");
    this.root.addEventListener("dragover", over);
    this.root.addEventListener("dragleave", leave);
    this.root.addEventListener("drop", (event) => {
      leave();
      if (!this.layout || !event.dataTransfer?.files.length) return;
      event.preventDefault();
      this.readFile(event.dataTransfer.files[0]);
    });
  }

  onShortcut(event) {
    if (!this.layout) return;
    const typing = /^(INPUT|SELECT|TEXTAREA|PRE)$/.test(event.composedPath()[0].tagName);
    if (event.key === "Escape" && this.explanationPanel.shown && !this.dialog.open)
      this.stopExplaining();
    if (typing || this.dialog.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = {
      k: () => this.togglePlay(),
      e: () => this.step("epoch"),
      b: () => this.step("minibatch"),
      r: () => this.reset(),
    };
    action[event.key.toLowerCase()]?.();
  }

  // Themes

  followTheme() {
    const update = () => {
      const theme = hostTheme();
      if (theme) this.root.dataset.theme = theme;
      else delete this.root.dataset.theme;
      this.palette.stale = true;
      this.request();
    };
    update();
    this.themes = new MutationObserver(update);
    for (const element of [document.documentElement, document.body])
      this.themes.observe(element, { attributes: true });
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", (this.onScheme = update));
  }

  /** Draw all canvases in other colours. */
  restyle() {
    this.palette.read();
    this.output.refresh();
    this.network.redraw?.();
  }

  destroy() {
    this.themes.disconnect();
    this.keys.removeEventListener("keydown", this.onKey);
    this.scheme.removeEventListener("change", this.onScheme);
    if (this.onHash) window.removeEventListener("hashchange", this.onHash);
    cancelAnimationFrame(this.requested);
    for (const part of [this.network, this.output, this.losses]) part.destroy();
    this.transport.close();
  }
}

/** Return the theme that Jupyter, VS Code, Colab or marimo has chosen, or null. */
function hostTheme() {
  const { documentElement: html, body } = document;
  const jupyter = body.dataset.jpThemeLight;
  if (jupyter) return jupyter === "true" ? "light" : "dark";
  const others = [
    body.dataset.vscodeThemeKind,
    html.getAttribute("theme"),
    body.className,
    html.className,
  ];
  const words = others.join(" ").toLowerCase();
  if (/\bdark\b/.test(words)) return "dark";
  return /\blight\b/.test(words) ? "light" : null;
}

function download(name, mime, data) {
  const address = URL.createObjectURL(new Blob([data], { type: mime }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

// ---------------------------------------------------------------- transports

/** Return a transport over a WebSocket; messages wait until it is open. */
export function openSocket(address) {
  const socket = new WebSocket(address);
  const waiting = [];
  socket.addEventListener("open", () => waiting.splice(0).forEach((text) => socket.send(text)));
  return {
    send(message) {
      const text = JSON.stringify(message);
      if (socket.readyState === WebSocket.CONNECTING) waiting.push(text);
      else if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    listen(receive, closed) {
      socket.addEventListener("message", (event) => receive(JSON.parse(event.data)));
      socket.addEventListener("close", closed);
    },
    close: () => socket.close(),
  };
}

/** Return a transport over the messages of a widget. */
function openModel(model) {
  let receive;
  return {
    send: (message) => model.send(message),
    listen(receiveMessage) {
      receive = receiveMessage;
      model.on("msg:custom", receive);
    },
    close: () => model.off("msg:custom", receive),
  };
}

/** Build a playground in an element; return the function that ends it. */
export function mount(root, transport, options = {}) {
  const playground = new Playground(root, transport, options);
  return () => playground.destroy();
}

export default {
  render({ model, el }) {
    const root = document.createElement("div");
    el.append(root);
    return mount(root, openModel(model));
  },
};
