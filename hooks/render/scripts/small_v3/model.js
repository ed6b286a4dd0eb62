// The forward pass of the model that labs/train exports. Tokens go in one by one, and every number on the way is kept:
// `rows` of a layer are its tokens, and a later token reads of an earlier one what a cache would hold. All sums are in double precision.

// `text` has a sign a byte. A row of a matrix is bytes and one scale; a weight is the byte times the scale, in single precision.
function loadedModel(header, text) {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  const weights = {};
  for (const { name, shape, dtype, offset, scales } of header.tensors) {
    const count = shape.reduce((a, b) => a * b);
    const width = shape[shape.length - 1];
    if (dtype === "float32") {
      weights[name] = new Float32Array(bytes.buffer, offset, count);
      continue;
    }
    const [steps, scale] = [new Int8Array(bytes.buffer, offset, count), new Float32Array(bytes.buffer, scales, count / width)];
    const numbers = (weights[name] = new Float32Array(count));
    for (let row = 0, at = 0; row < scale.length; row++) for (const [end, by] = [at + width, scale[row]]; at < end; at++) numbers[at] = steps[at] * by;
  }
  return { config: header.config, weights, tokenizer: tokenizerOf(header) };
}

// Byte-level BPE. Text is cut into digits, words, Chinese, spaces and other signs, and only within such a piece are pairs merged.
const LETTER = "(?:(?![\\u2e80-\\uffff])[\\p{L}\\p{Nl}\\p{No}])";
const PIECES = `[0-9]|\\s?${LETTER}+|[\\u2e80-\\u9fff]+|\\s+(?!\\S)|\\s?[^\\p{L}\\p{N}_\\s\\u2e80-\\u9fff]+|\\s|[\\p{L}\\p{N}_]+|.`;

function tokenizerOf({ special, merges }) {
  const pieces = new RegExp(PIECES, "gsu");
  const first = 256 + special.length;
  const merged = new Map(merges.map(([a, b], i) => [a * 65536 + b, first + i]));
  const bytesOf = (token) => (token < 256 ? [token] : token < first ? [] : merges[token - first].flatMap(bytesOf));
  const hex = (byte) => byte.toString(16).toUpperCase().padStart(2, "0");
  function textOf(bytes) {
    try {
      return decodeURIComponent(bytes.map((byte) => `%${hex(byte)}`).join(""));
    } catch {
      return null;
    }
  }
  function encoded(piece) {
    let tokens = unescape(encodeURIComponent(piece)).split("").map((sign) => sign.charCodeAt());
    for (;;) {
      const ranks = tokens.slice(1).map((b, i) => merged.get(tokens[i] * 65536 + b) ?? Infinity);
      const best = Math.min(...ranks);
      if (best === Infinity) return tokens;
      const [a, b] = merges[best - first];
      const next = [];
      for (let i = 0; i < tokens.length; i++) next.push(tokens[i] === a && tokens[i + 1] === b ? (i++, best) : tokens[i]);
      tokens = next;
    }
  }
  return {
    begin: 256,
    bytesOf,
    pairOf: (token) => merges[token - first],
    encode: (text) => (text.replace(/[\ud800-\udfff]/gu, "\ufffd").match(pieces) ?? []).flatMap(encoded),
    // A space shows as ␣, a line break as ↵; what is only a part of a character shows as its bytes.
    label(token) {
      if (token >= 256 && token < first) return special[token - 256];
      const text = textOf(bytesOf(token));
      return text === null ? `‹${bytesOf(token).map(hex).join(" ")}›` : text.replace(/ /g, "␣").replace(/\n/g, "↵").replace(/[\x00-\x1f]/g, "·");
    },
  };
}

// Four at a time, in the same order: the build has no compiler for scripts, and spends a third less on its loops so.
const dotProduct = (a, b, count = a.length, from = 0) => {
  let [total, i, j] = [0, 0, from];
  while (i + 3 < count) total = total + a[i++] * b[j++] + a[i++] * b[j++] + a[i++] * b[j++] + a[i++] * b[j++];
  while (i < count) total += a[i++] * b[j++];
  return total;
};
// A matrix, or one of a stack that begins at `from`, times a vector.
function product(matrix, x, rows = matrix.length / x.length, from = 0) {
  const found = new Float64Array(rows);
  for (let row = 0; row < rows; row++) found[row] = dotProduct(x, matrix, x.length, from + row * x.length);
  return found;
}
const added = (a, b, factor = 1) => a.map((number, i) => number + factor * b[i]);
const rootMeanSquare = (x, eps) => Math.sqrt(dotProduct(x, x) / x.length + eps);
const normed = (x, weight, eps) => ((root) => x.map((number, i) => (weight[i] * number) / root))(rootMeanSquare(x, eps));
const sigmoid = (x) => 1 / (1 + Math.exp(-x));
const silu = (x) => x * sigmoid(x);
function softmax(scores) {
  const most = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - most));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}
// The likeliest token at temperature 0; otherwise one of all, each as often as its probability says. chance lies between 0 and 1.
function drawToken(logits, temperature, chance) {
  if (!temperature) return largest(logits, 1)[0];
  const shares = softmax(Array.from(logits, (logit) => logit / temperature));
  let left = chance;
  return Math.max(0, shares.findIndex((share) => (left -= share) < 0));
}
const largest = (numbers, count) => [...numbers.keys()].sort((a, b) => numbers[b] - numbers[a] || a - b).slice(0, count);

// RoPE: the numbers of a pair are turned by the place of the token times the angle of the pair.
const angleOf = (config, pair) => config.rope_theta ** ((-2 * pair) / config.qk_rope_head_dim);
function turned(x, place, config) {
  const found = new Float64Array(x.length);
  for (let pair = 0; pair < x.length / 2; pair++) {
    const [cos, sin] = [Math.cos(place * angleOf(config, pair)), Math.sin(place * angleOf(config, pair))];
    const [a, b] = [x[2 * pair], x[2 * pair + 1]];
    found[2 * pair] = a * cos - b * sin;
    found[2 * pair + 1] = a * sin + b * cos;
  }
  return found;
}

// One layer for one more token with the residual stream x; `rows` are the tokens before it, and it joins them.
function runLayer({ config: c, weights }, name, rows, x) {
  const W = (part) => weights[`${name}.${part}`];
  const eps = c.rms_norm_eps;
  const place = rows.length;
  const h = normed(x, W("input_layernorm.weight"), eps);
  const queryLatent = normed(product(W("self_attn.q_a_proj.weight"), h), W("self_attn.q_a_layernorm.weight"), eps);
  const query = product(W("self_attn.q_b_proj.weight"), queryLatent);
  const pressed = product(W("self_attn.kv_a_proj_with_mqa.weight"), h);
  const unscaled = pressed.slice(0, c.kv_lora_rank);
  const latent = normed(unscaled, W("self_attn.kv_a_layernorm.weight"), eps);
  const unturned = pressed.slice(c.kv_lora_rank);
  const key = turned(unturned, place, c);
  const keysValues = product(W("self_attn.kv_b_proj.weight"), latent);
  const row = { x, h, queryLatent, unscaled, latent, unturned, key, keysValues };
  rows.push(row);
  const [nope, rope, wide] = [c.qk_nope_head_dim, c.qk_rope_head_dim, c.v_head_dim];
  row.scale = (nope + rope) ** -0.5;
  row.heads = range(c.num_attention_heads).map((head) => {
    const own = query.slice(head * (nope + rope), (head + 1) * (nope + rope));
    const turnedQuery = turned(own.slice(nope), place, c);
    const from = head * (nope + wide);
    const content = rows.map((earlier) => dotProduct(own, earlier.keysValues, nope, from));
    const position = rows.map((earlier) => dotProduct(turnedQuery, earlier.key));
    const shares = softmax(content.map((score, i) => (score + position[i]) * row.scale));
    const read = new Float64Array(wide);
    rows.forEach((earlier, s) => read.forEach((_, i) => (read[i] += shares[s] * earlier.keysValues[from + nope + i])));
    return { content, position, shares, read };
  });
  row.read = Float64Array.from(row.heads.flatMap(({ read }) => [...read]));
  row.attended = product(W("self_attn.o_proj.weight"), row.read);
  row.middle = added(x, row.attended);
  row.u = normed(row.middle, W("post_attention_layernorm.weight"), eps);
  row.network = W("mlp.gate.weight") ? routed(c, W, row.u) : { parts: [{ name: "dense", share: 1, ...network(W, "mlp", row.u) }] };
  row.out = row.network.parts.reduce((stream, { share, out }) => added(stream, out, share), row.middle);
  return row.out;
}

function network(W, name, u) {
  const gate = product(W(`${name}.gate_proj.weight`), u);
  const up = product(W(`${name}.up_proj.weight`), u);
  const inner = gate.map((number, i) => silu(number) * up[i]);
  return { inner, out: product(W(`${name}.down_proj.weight`), inner) };
}

// Who works, by the scores of all experts. The bias helps to choose; the share of an expert comes from its score alone.
function routeOf(c, scores, bias) {
  const ranked = added(scores, bias);
  const size = c.n_routed_experts / c.n_group;
  const groups = range(c.n_group).map((group) => sum(largest(ranked.slice(group * size, (group + 1) * size), 2).map((i) => ranked[group * size + i])));
  const kept = c.n_group > 1 ? largest(groups, c.topk_group) : [0];
  const reachable = ranked.map((number, i) => (kept.includes(Math.floor(i / size)) ? number : -Infinity));
  const chosen = largest(reachable, c.num_experts_per_tok);
  const total = sum(chosen.map((i) => scores[i]));
  return { scores, bias, ranked, groups, kept, chosen, total, shares: chosen.map((i) => (scores[i] / total) * c.routed_scaling_factor) };
}

// Scores by sigmoid.
function routed(c, W, u) {
  const logits = product(W("mlp.gate.weight"), u);
  const route = routeOf(c, logits.map(sigmoid), W("mlp.gate.e_score_correction_bias"));
  const parts = route.chosen.map((i, at) => ({ name: i, share: route.shares[at], ...expert(c, W, i, u) }));
  if (c.n_shared_experts) parts.push({ name: "shared", share: 1, ...network(W, "mlp.shared_experts", u) });
  return { logits, ...route, parts };
}

function expert(c, W, i, u) {
  const [d, w] = [c.hidden_size, c.moe_intermediate_size];
  const both = product(W("mlp.experts.gate_up_proj"), u, 2 * w, i * 2 * w * d);
  const inner = both.slice(0, w).map((number, j) => silu(number) * both[w + j]);
  return { inner, out: product(W("mlp.experts.down_proj"), inner, d, i * w * d) };
}

const newTrace = (model) => ({ tokens: [], layers: range(model.config.num_hidden_layers).map(() => []), ahead: [] });
const embedded = ({ config: c, weights }, token) => Float64Array.from(weights["embed_tokens.weight"].subarray(token * c.hidden_size, (token + 1) * c.hidden_size));

// Reads more tokens; what was read before stays as it is.
function readTokens(model, trace, tokens) {
  for (const token of tokens) {
    trace.tokens.push(token);
    trace.layers.reduce((x, rows, layer) => runLayer(model, `layers.${layer}`, rows, x), embedded(model, token));
  }
  return trace;
}

// Scores of all tokens, read off the stream: behind the last layer the model's answer, before it a look at what is half done.
const logitsOf = ({ config: c, weights }, stream) => product(weights["lm_head.weight"], normed(stream, weights["norm.weight"], c.rms_norm_eps));
const lastStream = (trace, place = trace.tokens.length - 1) => trace.layers[trace.layers.length - 1][place].out;

// What the figure of a whole sentence shows of it. `round` makes numbers as short as a record needs; a loaded model needs none.
const BEST = 5;
function runOf({ config, weights, tokenizer }, trace, round = (number) => number) {
  const rounded = (numbers, decimals) => Array.from(numbers, (number) => round(number, decimals));
  const readAfter = (rows, place) => {
    const logits = logitsOf({ config, weights }, rows[place].out);
    return {
      best: largest(logits, BEST).map((token) => [tokenizer.label(token), round(logits[token], 5)]),
      total: round(sum([...logits].map(Math.exp)), 2),
    };
  };
  return {
    config,
    tokens: trace.tokens.map(tokenizer.label),
    layers: trace.layers.map((rows) => rows.map(({ latent, key, heads, network: { scores } }) => ({
      kept: rounded([...latent, ...key], 2),
      heads: heads.map(({ content, position }) => [rounded(content, 5), rounded(position, 5)]),
      scores: scores && rounded(scores, 5),
    }))),
    bias: trace.layers.map(([{ network: { bias } }]) => bias && rounded(bias, 5)),
    reads: (place) => trace.layers.map((rows) => readAfter(rows, place)),
  };
}

// MTP: the stream of each token, joined with the embedding of the one that follows, goes through one more layer.
function logitsAhead(model, trace, following) {
  const { config: c, weights } = model;
  const W = (part) => weights[`mtp.${part}`];
  const rows = trace.tokens.slice(0, following.length).map((_, place) => ({ stream: lastStream(trace, place), next: following[place] }));
  const seen = [];
  const states = rows.map(({ stream, next }) => {
    const parts = [normed(embedded(model, next), W("enorm.weight"), c.rms_norm_eps), normed(stream, W("hnorm.weight"), c.rms_norm_eps)];
    return runLayer(model, "mtp.block", seen, product(W("eh_proj.weight"), Float64Array.from([...parts[0], ...parts[1]])));
  });
  return product(weights["lm_head.weight"], normed(states[states.length - 1], W("norm.weight"), c.rms_norm_eps));
}
