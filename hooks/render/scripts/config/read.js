// A pasted config.json as numbers and names of the catalogue's formulas, or what it cannot be read for. The table of
// families comes from the build (derive/families.py). Nothing is guessed: a key that no row names is a problem.

const MOST = { num_hidden_layers: 10000, vocab_size: 100000000, hidden_size: 1000000 };
const GATED = ["silu", "swish", "gelu", "gelu_pytorch_tanh", "gelu_new"];
const PARTS = ["text_config", "language_config", "llm_config"];
const ALONE = ["vision_config", "projector_config", "aligner_config", "gen_vision_config", "audio_config"];

const shown = (value) => `${typeof value === "number" ? value : JSON.stringify(value)}`.slice(0, 60);
const whole = (value, least, most) => typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
const count = (list, wanted) => list.filter((one) => one === wanted).length;

// A key that an object has twice, which JSON.parse passes over.
function keyTwice(text) {
  const open = [];
  for (const [token, string, colon] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}]/g)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon && open.length) {
      if (open.at(-1).has(string)) return string;
      open.at(-1).add(string);
    }
  }
  return null;
}

// An object of the file's keys, the language model's where it has several parts.
function configKeys(text, problem) {
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    return problem("not_json", { found: `${error.message}`.slice(0, 120) });
  }
  if (!file || typeof file !== "object" || Array.isArray(file)) return problem("not_object", { found: shown(file) });
  const twice = keyTwice(text);
  if (twice) return problem("twice", { key: twice });
  const [part, other] = PARTS.filter((name) => file[name] && typeof file[name] === "object" && !Array.isArray(file[name]));
  if (!part) return file;
  if (other) return problem("twice", { key: `${part}, ${other}` });
  // What stands around the language model's part is of the whole: its type, whether head and embedding are one, other parts.
  const around = Object.fromEntries(["model_type", "tie_word_embeddings", ...ALONE].filter((name) => Object.hasOwn(file, name)).map((name) => [name, file[name]]));
  return { ...around, ...file[part] };
}

// How many of the layers have a mixture, the others a dense network.
function mixtureLayers(keys, numbers, problem) {
  const layers = numbers.num_hidden_layers;
  const types = keys.mlp_layer_types;
  if (Array.isArray(types)) {
    const allowed = ["dense", "sparse", "moe", "hash_moe"];
    if (types.length !== layers || types.some((type) => !allowed.includes(type))) return problem("value", { key: "mlp_layer_types", found: shown(types), allowed: `${layers} × ${allowed.join(", ")}` });
    if (types.includes("hash_moe")) numbers.num_hash_layers = count(types, "hash_moe");
    return layers - count(types, "dense");
  }
  const [step, alone] = [keys.decoder_sparse_step ?? 1, keys.mlp_only_layers ?? []];
  if (!whole(step, 1, 10000)) return problem("number", { key: "decoder_sparse_step", found: shown(step), least: 1, most: 10000 });
  if (!Array.isArray(alone) || alone.some((layer) => !whole(layer, 0, layers - 1))) return problem("value", { key: "mlp_only_layers", found: shown(alone), allowed: `0 … ${layers - 1}` });
  const first = numbers.first_k_dense_replace;
  if (first === undefined) return problem("missing", { key: "first_k_dense_replace" });
  if (first > layers) return problem("fits", { key: "first_k_dense_replace", found: first, other: "num_hidden_layers", value: layers });
  return [...Array(layers).keys()].filter((i) => i >= first && (i + 1) % step === 0 && !alone.includes(i)).length;
}

// Layers that see the window alone.
function windowLayers(keys, numbers, family, problem) {
  const layers = numbers.num_hidden_layers;
  const types = keys.layer_types;
  if (keys.use_sliding_window === false || !numbers.sliding_window) return 0;
  if (Array.isArray(types)) return count(types, "sliding_attention");
  if (keys.use_sliding_window === true) return whole(keys.max_window_layers, 0, layers) ? layers - keys.max_window_layers : problem("missing", { key: "max_window_layers" });
  const every = keys.sliding_window_pattern ?? family.windows;
  if (!whole(every, Number("sliding_window_pattern" in keys), 10000)) return problem("number", { key: "sliding_window_pattern", found: shown(every), least: 1, most: 10000 });
  return every === 1 ? layers : every ? layers - Math.floor(layers / every) : 0;
}

// Counts of layers that V4 and V4.1 give as lists, one entry a layer.
const LAYOUTS = {
  "CSA/HCA"(keys, numbers, problem) {
    const layers = numbers.num_hidden_layers;
    let ratios = keys.compress_ratios;
    if (!ratios && Array.isArray(keys.layer_types) && keys.compress_rates) ratios = keys.layer_types.map((type) => (type === "sliding_attention" ? 0 : keys.compress_rates[type]));
    ratios = Array.isArray(ratios) ? ratios.slice(0, layers) : [];
    const rates = [...new Set(ratios)].filter(Boolean).sort((a, b) => a - b);
    if (ratios.length !== layers || rates.length !== 2 || ratios.some((ratio) => !whole(ratio, 0, 1e6))) return problem("value", { key: "compress_ratios", found: shown(keys.compress_ratios ?? keys.compress_rates), allowed: `${layers} × 0, n, m` });
    return Object.assign(numbers, { csa_layers: count(ratios, rates[0]), csa_compress_ratio: rates[0], hca_layers: count(ratios, rates[1]), hca_compress_ratio: rates[1], sliding_window_layers: count(ratios, 0) });
  },
  CSA2(keys, numbers, problem) {
    const layers = numbers.num_hidden_layers;
    const ratios = Array.isArray(keys.compress_ratios) ? keys.compress_ratios.slice(0, layers) : [];
    const [caching, selecting] = [keys.kv_source_layer_ids, keys.index_source_layer_ids];
    const packed = [...new Set(ratios)].filter((ratio) => ratio > 1);
    const decoder = ratios.indexOf(1);
    const ids = (list) => Array.isArray(list) && list.every((layer) => whole(layer, 0, layers - 1));
    if (ratios.length !== layers || packed.length !== 1 || decoder < 0 || ratios.some((ratio) => !whole(ratio, 0, 1e6))) return problem("value", { key: "compress_ratios", found: shown(keys.compress_ratios), allowed: `${layers} × 0, n, 1` });
    for (const key of ["kv_source_layer_ids", "index_source_layer_ids"]) if (!ids(keys[key])) return problem("value", { key, found: shown(keys[key]), allowed: `0 … ${layers - 1}` });
    const before = caching.filter((layer) => layer < decoder).length;
    if (ids(keys.engram_layer_ids)) numbers.engram_layers = keys.engram_layer_ids.length;
    return Object.assign(numbers, { encoder_layers: decoder, encoder_cache_layers: before, encoder_compress_ratio: packed[0], decoder_cache_layers: caching.length - before, index_layers: selecting.length, sliding_window_layers: count(ratios, 0), csa_layers: layers - count(ratios, 0) });
  },
};

function readNumber(forms, family, key, name, value, numbers, problem) {
  // A class that fills in a number does not take null for it; one that has no such part takes none.
  if (value === null && !(family.defaults[name] > 0)) return;
  if (value && family.defaults[name] === 0) return problem("value", { key, found: shown(value), allowed: 0 });
  const [least, most] = [forms.from_zero.includes(name) ? 0 : 1, MOST[name] ?? 10000000000];
  const added = name === "engram_num_embeddings" && Array.isArray(value) && value.every((rows) => whole(rows, 1, most)) ? value.reduce((a, b) => a + b, 0) : value;
  if (name === "sliding_window" && (value === false || value === 0)) return;
  if (!whole(added, least, most)) problem("number", { key, found: shown(value), least, most });
  else numbers[name] = added;
}

// `{ numbers, names, kind, network }`, or `{ problems }`: pairs of a message's key and what is filled into it.
function readConfig(forms, text) {
  const problems = [];
  const problem = (key, values) => void problems.push([key, values]);
  const keys = configKeys(text, problem);
  if (!keys) return { problems };
  const allowed = Object.keys(forms.families).join(", ");
  const type = keys.model_type;
  if (typeof type !== "string") return { problems: [["no_type", { allowed }]] };
  if (!Object.hasOwn(forms.families, type)) return { problems: [["type", { found: type.slice(0, 60), allowed }]] };
  const family = forms.families[type];
  const [numbers, names] = [{ ...family.defaults }, new Set(family.on)];
  const beside = ALONE.filter((name) => keys[name]);
  const told = new Map(Array.isArray(keys.mlp_layer_types) ? [["num_hash_layers", "mlp_layer_types"]] : []);
  for (const [key, value] of Object.entries(keys)) {
    const name = family.renamed[key] ?? (family.numbers.includes(key) ? key : forms.renamed[key]);
    if (value === undefined || ALONE.includes(key)) continue;
    if (key === "tie_word_embeddings" || Object.hasOwn(family.flags, key)) {
      if (typeof value !== "boolean") problem("flag", { key, found: shown(value) });
      else if (key === "tie_word_embeddings") numbers[key] = Number(value);
      else names[value ? "add" : "delete"](family.flags[key]);
    } else if (name && family.numbers.includes(name)) {
      const other = told.get(name);
      if (Object.hasOwn(keys, other) && shown(keys[other]) !== shown(value)) problem("fits", { key, found: shown(value), other, value: shown(keys[other]) });
      else readNumber(forms, family, key, name, value, numbers, problem);
      told.set(name, key);
    } else if (key === "hidden_act" || key === "hidden_activation") {
      if (value !== null && !GATED.includes(value)) problem("value", { key, found: shown(value), allowed: GATED.join(", ") });
    } else if (key === "topk_method" && value === "noaux_tc" && !names.has("balance_bias")) problem("value", { key, found: shown(value), allowed: "greedy, group_limited_greedy" });
    else if (key === "layer_types") {
      const known = family.kinds.includes("CSA/HCA") ? ["sliding_attention", ...Object.keys(keys.compress_rates ?? {})] : ["full_attention", "sliding_attention", ...(family.kinds.includes("MLA") ? ["indexed_attention"] : [])];
      if (!Array.isArray(value) || value.length !== keys.num_hidden_layers || value.some((one) => !known.includes(one))) problem("value", { key, found: shown(Array.isArray(value) ? [...new Set(value)] : value), allowed: `${keys.num_hidden_layers} × ${known.join(", ")}` });
    } else if (Object.hasOwn(family.only, key)) {
      if ([value].flat().some((one) => one !== family.only[key])) problem("value", { key, found: shown(value), allowed: shown(family.only[key]) });
    } else if (["attention_bias", "mlp_bias", "qkv_bias"].includes(key) ? value && !names.has(key) : !(forms.no_size.includes(key) || family.known.includes(key) || value === null)) problem("unknown", { key, found: shown(value) });
  }
  for (const key of ["num_hidden_layers", "hidden_size", "vocab_size", "num_attention_heads"]) if (!numbers[key] && !problems.length) problem("missing", { key });
  for (const key of family.needed) if (!told.has(key) && !problems.length) problem("missing", { key });
  if (problems.length) return { problems };
  const { num_attention_heads: heads } = numbers;
  for (const [name, number] of Object.entries(numbers)) if (typeof number === "string") numbers[name] = numbers[number];
  if (family.kinds.length > 1 && !numbers.num_key_value_heads) return { problems: [["missing", { key: "num_key_value_heads" }]] };
  if (family.windows && !Object.hasOwn(keys, "sliding_window")) return { problems: [["missing", { key: "sliding_window" }]] };
  const kind = family.kinds.length === 1 ? family.kinds[0] : numbers.num_key_value_heads === heads ? "MHA" : numbers.num_key_value_heads === 1 ? "MQA" : "GQA";
  if (family.kinds.length > 1 && heads % numbers.num_key_value_heads) problem("fits", { key: "num_key_value_heads", found: numbers.num_key_value_heads, other: "num_attention_heads", value: heads });
  if (family.kinds.length > 1 && !numbers.head_dim && numbers.hidden_size < heads) problem("fits", { key: "hidden_size", found: numbers.hidden_size, other: "num_attention_heads", value: heads });
  if (family.kinds.length > 1) numbers.head_dim ??= Math.floor(numbers.hidden_size / heads);
  if (family.network !== "dense") {
    numbers.moe_layers = mixtureLayers(keys, numbers, problem);
    numbers.dense_layers = numbers.num_hidden_layers - (numbers.moe_layers ?? 0);
    if (numbers.num_experts_per_tok > numbers.n_routed_experts) problem("fits", { key: "num_experts_per_tok", found: numbers.num_experts_per_tok, other: "n_routed_experts", value: numbers.n_routed_experts });
    if (!numbers.num_experts_per_tok) problem("missing", { key: "num_experts_per_tok" });
  }
  if (LAYOUTS[kind]) LAYOUTS[kind](keys, numbers, problem);
  else numbers.sliding_window_layers = windowLayers(keys, numbers, family, problem) || undefined;
  if (problems.length) return { problems }; // counts of layers that follow would be called missing keys
  for (const [name, number] of Object.entries(numbers)) if (number) names.add(name);
  const wanted = [...heldParts([...forms.kinds[kind].weights, ...forms.kinds[kind].cache, ...forms.networks[family.network], ...forms.rest], names)];
  const missing = new Set(wanted.flatMap(({ tree }) => namesIn(tree)).filter((name) => numbers[name] === undefined));
  for (const key of missing) problem("missing", { key: key === "moe_layers" ? "n_routed_experts" : key });
  if (problems.length) return { problems };
  return { numbers, names: [...names], kind, network: family.network, type, beside, mtp: numbers.num_nextn_predict_layers ?? 0, longest: keys.max_position_embeddings };
}
