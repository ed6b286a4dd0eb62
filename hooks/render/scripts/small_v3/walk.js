// One token's way through the small model: at each stop panels, a sentence, and the numbers in words. `say` has the words of the page.

const MOST_ROWS = 14; // tokens that a panel of attention has room for
const MOST_TOKENS = 64;
const PARTS_OF_LAYER = ["press", "look_back", "choose", "add"];

const stopsOf = ({ num_hidden_layers: layers }) => [
  { kind: "look_up" },
  ...range(layers).flatMap((layer) => PARTS_OF_LAYER.map((kind) => ({ kind, layer }))),
  { kind: "answer" },
];

const signed = (number, decimals = 2) => (+number.toFixed(decimals) || 0).toFixed(decimals).replace("-", "−");
const percentage = (share) => (share >= 0.995 && share < 0.9995 ? (100 * share).toFixed(1) : share >= 0.0995 ? fixed(100 * share) : share >= 0.0005 ? (100 * share).toFixed(1) : "<0.1");
const fourDigits = (number) => (number >= 1000 ? fixed(number) : number.toPrecision(4));
const lengthOf = (x) => Math.sqrt(dotProduct(x, x));

function drawStop(model, trace, { kind, layer, place, pick }, words) {
  const { config: c, tokenizer } = model;
  const sizes = Object.fromEntries(Object.entries(c).map(([name, size]) => [name, size >= 1000 ? fixed(size) : size]));
  const say = (key, values = {}) => filled(words[key], { ...sizes, layer: layer + 1, ...values });
  const label = (at) => tokenizer.label(trace.tokens[at]);
  const row = layer === undefined ? null : trace.layers[layer][place];
  const isLast = place === trace.tokens.length - 1;
  const line = (key, values, numbers) => ({ name: say(`${key}.name`, values), text: say(`${key}.text`, values), numbers });
  const titled = (key, height, values) => panel(say(`panel.${key}`, values), height, say(`panel.${key}.says`, values));
  // What is pressed there is picked.
  const cell = (onto, x, y, wide, tall, picked) => onto.shapes.push(`<rect class="cell" x="${at(x)}" y="${at(y)}" width="${at(wide)}" height="${at(tall)}" data-pick="${picked}"/>`);

  // Numbers as bars up and down from a line, the largest `tall / 2` high.
  function bars(onto, numbers, y, tall, kindOf, marked = -1) {
    const most = numbers.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-9);
    const [middle, step] = [y + tall / 2, 360 / numbers.length];
    const width = Math.min(step * 0.78, 16);
    const d = (from) => barsPath(from.map((i) => {
      const height = Math.max((Math.abs(numbers[i]) / most) * (tall / 2), 0.4);
      return [i * step, numbers[i] < 0 ? middle : middle - height, width, height];
    }));
    onto.path(d([...numbers.keys()].filter((i) => i !== marked)), kindOf);
    if (marked >= 0) {
      onto.path(d([marked]), "off");
      numbers.forEach((_, i) => cell(onto, i * step, y, step, tall, i));
    }
    onto.line([[0, middle], [360, middle]], "axis");
  }
  const spread = (numbers) => say("spread", { count: numbers.length, least: signed(Math.min(...numbers)), most: signed(Math.max(...numbers)) });

  function vector(key, numbers, kindOf, marked, values) {
    const drawn = titled(key, 130, { count: numbers.length, ...values });
    drawn.text(0, 14, spread(numbers), "small");
    bars(drawn, numbers, 24, 100, kindOf, marked);
    return drawn;
  }

  // Tokens one below another, each with a part of one as a bar; the first one stands out where it is `chosen`.
  function tokenBars(key, tokens, partOf, shownOf, values, chosen = false) {
    const drawn = titled(key, 24 * tokens.length + 6, values);
    tokens.forEach((token, i) => {
      const [style, length] = [chosen && !i ? "strong" : "", Math.max(0, 200 * partOf[token])];
      drawn.text(96, 24 * i + 17, tokenizer.label(token), style, "end");
      drawn.bar(104, 24 * i + 5, length, 15, style ? "attention" : "attention soft");
      drawn.text(110 + length, 24 * i + 17, shownOf(partOf[token]), style);
    });
    return drawn;
  }

  function likeliest(key, logits, count, values) {
    const p = softmax(Array.from(logits));
    const best = largest(p, count);
    const drawn = tokenBars(key, best, p, (share) => say("percent", { share: percentage(share) }), values, true);
    return { drawn, top: tokenizer.label(best[0]), share: percentage(p[best[0]]), token: best[0] };
  }

  const stops = {
    look_up() {
      const token = trace.tokens[place];
      const bytes = tokenizer.bytesOf(token);
      const merges = [];
      (function collect(made) {
        const pair = tokenizer.pairOf(made);
        if (!pair) return;
        pair.forEach(collect);
        merges.push(`${tokenizer.label(pair[0])} + ${tokenizer.label(pair[1])} → ${tokenizer.label(made)}`);
      })(token);
      const shown = titled("token", 170, { token: label(place) });
      shown.text(0, 34, label(place), "huge");
      shown.text(0, 62, say("number", { token }), "strong");
      (merges.length ? merges.slice(-5) : [say("no_merge")]).forEach((merge, i) => shown.text(0, 86 + 18 * i, merge));
      const x = trace.layers[0][place].x;
      // Which other rows point the same way: the cosine of the angle between two rows.
      const table = model.weights["embed_tokens.weight"];
      const length = lengthOf(x);
      const cosines = range(c.vocab_size).map((row) => {
        const other = table.subarray(row * x.length, (row + 1) * x.length);
        return dotProduct(x, other) / (length * lengthOf(other));
      });
      const alike = largest(cosines, 9).filter((row) => row !== token).slice(0, 8);
      return {
        said: { token: label(place), id: token },
        panels: [shown, vector("row", x, ""), tokenBars("alike", alike, cosines, signed, { token: label(place) })],
        lines: [
          line("bytes", { bytes: bytes.join(" ") || "–" }),
          line("merges", { merges: merges.join(say("then")) || "–" }),
          line("row", { id: token, length: length.toFixed(2) }, x),
          line("alike", { token: label(place), other: tokenizer.label(alike[0]), cosine: signed(cosines[alike[0]]) }),
        ],
      };
    },

    press() {
      const { x, h, queryLatent, unscaled, latent, unturned, key } = row;
      const mark = pick ?? largest(latent.map(Math.abs), 1)[0];
      const matrix = model.weights[`layers.${layer}.self_attn.kv_a_proj_with_mqa.weight`];
      const weight = model.weights[`layers.${layer}.self_attn.kv_a_layernorm.weight`][mark];
      const products = h.map((number, i) => number * matrix[mark * h.length + i]);
      const shown = largest(products.map(Math.abs), 3);
      const terms = shown.map((i) => `${signed(matrix[mark * h.length + i], 3)} × ${signed(h[i], 3)}`).join(" + ");
      const pair = mark % (key.length / 2);
      const angle = angleOf(c, pair);
      const input = titled("normed", 190, { count: x.length });
      input.text(0, 14, say("before_norm", { rms: rootMeanSquare(x, c.rms_norm_eps).toFixed(2) }), "small");
      bars(input, x, 20, 70, "");
      input.text(0, 112, say("after_norm"), "small");
      bars(input, h, 118, 70, "attention soft");
      const kept = titled("kept", 190, { count: latent.length + key.length });
      kept.text(0, 14, say("kept_latent"), "small");
      bars(kept, latent, 20, 70, "cache", mark);
      kept.text(0, 112, say("kept_key", { place }), "small");
      range(key.length / 2).forEach((i) => {
        const [middle, most] = [44 + 90 * i, Math.max(...range(key.length / 2).map((j) => Math.hypot(key[2 * j], key[2 * j + 1])), 1e-9)];
        const hand = (numbers, style) => kept.line([[middle, 154], [middle + (34 * numbers[2 * i]) / most, 154 - (34 * numbers[2 * i + 1]) / most]], style);
        kept.path(`M${at(middle - 34)} 154a34 34 0 1 0 68 0a34 34 0 1 0 -68 0z`, "faint");
        hand(unturned, "dashed");
        hand(key, "other");
      });
      return {
        said: {},
        pick: { key: "latent", count: latent.length, at: mark },
        panels: [input, vector("query_latent", queryLatent, "attention soft"), kept],
        lines: [
          line("norm", { rms: rootMeanSquare(x, c.rms_norm_eps).toFixed(4) }, h),
          line("query_latent", {}, queryLatent),
          line("latent_number", {
            number: mark + 1, terms, others: h.length - shown.length, rest: signed(sum(products) - sum(shown.map((i) => products[i])), 3), unscaled: signed(unscaled[mark], 3),
            rms: rootMeanSquare(unscaled, c.rms_norm_eps).toFixed(3), weight: signed(weight, 3), latent: signed(latent[mark], 3),
          }),
          line("latent", {}, latent),
          line("key_pair", {
            pair: pair + 1, place, angle: +angle.toPrecision(3), turn: (place * angle).toFixed(3),
            a: signed(unturned[2 * pair]), b: signed(unturned[2 * pair + 1]), c: signed(key[2 * pair]), d: signed(key[2 * pair + 1]),
          }),
          line("key", {}, key),
          line("kept", { here: latent.length + key.length, all: c.num_hidden_layers * (latent.length + key.length) }),
        ],
      };
    },

    look_back() {
      const { heads, scale, read, attended } = row;
      // To begin with, the head that looks most at one token that is neither the first nor this one.
      const between = (head) => Math.max(0, ...heads[head].shares.slice(1, place));
      const mark = pick ?? [...heads.keys()].reduce((a, b) => (between(b) > between(a) ? b : a));
      const { content, position, shares } = heads[mark];
      const strength = range(place + 1).map((s) => Math.max(...heads.map((head) => head.shares[s])));
      const rows = largest(strength, MOST_ROWS).sort((a, b) => a - b);
      const tall = 20 * rows.length;
      const weights = titled("weights", tall + 30, { count: heads.length });
      const split = titled("split", tall + 30, { head: mark + 1 });
      const wide = 250 / heads.length;
      const column = (k) => 108 + wide * (k + 0.5);
      const most = Math.max(...rows.map((s) => Math.max(Math.abs(content[s]), Math.abs(position[s]))), 1e-9);
      rows.forEach((s, i) => {
        weights.text(96, 20 * i + 15, label(s), s === place ? "strong" : "", "end");
        heads.forEach((head, k) => {
          const side = Math.max(1, 17 * Math.sqrt(head.shares[s]));
          weights.bar(column(k) - side / 2, 20 * i + 11 - side / 2, side, side, k === mark ? "attention" : "attention soft");
          cell(weights, column(k) - wide / 2, 20 * i + 1, wide, 20, k);
        });
        split.text(96, 20 * i + 15, label(s), s === place ? "strong" : "", "end");
        const bar = (y, number, style) => split.bar(200 + Math.min(0, (90 * number) / most), y, Math.abs((90 * number) / most), 7, style);
        bar(20 * i + 4, content[s], "cache");
        bar(20 * i + 12, position[s], "other");
        split.text(358, 20 * i + 15, say("percent", { share: percentage(shares[s]) }), "", "end");
      });
      heads.forEach((_, k) => weights.text(column(k), tall + 20, k + 1, k === mark ? "strong" : "", "middle"));
      split.line([[200, 0], [200, tall]], "axis");
      split.text(200, tall + 20, say("split_key"), "small", "middle");
      const top = largest(shares, 1)[0];
      const whole = (content[top] + position[top]) * scale;
      return {
        said: { head: mark + 1, count: place + 1, token: label(top), share: percentage(shares[top]) },
        pick: { key: "head", count: heads.length, at: mark },
        panels: [weights, split, vector("read", read, "attention soft")],
        lines: [
          line("score", {
            head: mark + 1, token: label(top), content: signed(content[top]), position: signed(position[top]), sum: signed(content[top] + position[top]),
            width: c.qk_nope_head_dim + c.qk_rope_head_dim, score: signed(whole, 4),
          }),
          line("softmax", {
            score: signed(whole, 4), token: label(top), share: percentage(shares[top]), count: place + 1,
            total: fourDigits(sum(shares.map((_, s) => Math.exp((content[s] + position[s]) * scale)))), power: fourDigits(Math.exp(whole)),
          }),
          line("shares", { head: mark + 1 }, shares),
          line("values", { head: mark + 1, width: c.v_head_dim }, heads[mark].read),
          line("attended", { before: lengthOf(row.x).toFixed(2), length: lengthOf(attended).toFixed(2), after: lengthOf(row.middle).toFixed(2) }),
        ],
      };
    },

    choose() {
      const { network: gate, u } = row;
      if (!gate.scores) {
        const { inner } = gate.parts[0];
        const mark = pick ?? largest(inner.map(Math.abs), 1)[0];
        return {
          said: {}, key: "dense",
          pick: { key: "inner", count: inner.length, at: mark },
          panels: [vector("u", u, ""), vector("inner", inner, "expert", mark)],
          lines: [line("inner_number", { number: mark + 1, value: signed(inner[mark], 3) }), line("inner", {}, inner)],
        };
      }
      const { scores, bias, ranked, groups, kept, chosen, total, parts } = gate;
      const mark = pick ?? chosen[0];
      const size = scores.length / groups.length;
      const group = Math.floor(mark / size);
      const [best, second] = largest(ranked.slice(group * size, (group + 1) * size), 2).map((i) => ranked[group * size + i]);
      const tops = (i) => 17 * i + 8 * Math.floor(i / size);
      const drawn = titled("gate", tops(scores.length) + 18, { count: scores.length });
      const scale = 195 / Math.max(1, ...ranked);
      kept.forEach((g) => drawn.bar(0, tops(g * size) - 2, 360, 17 * size + 2, "expert beam"));
      scores.forEach((score, i) => {
        const works = chosen.includes(i);
        drawn.text(54, tops(i) + 12, i + 1, i === mark ? "strong" : "", "end");
        drawn.bar(62, tops(i) + 2, score * scale, 11, works ? "expert" : "expert soft");
        drawn.line([[62 + ranked[i] * scale, tops(i)], [62 + ranked[i] * scale, tops(i) + 15]], "off");
        cell(drawn, 0, tops(i) - 1, 360, 17, i);
        drawn.text(358, tops(i) + 12, `${score.toFixed(2)} ${bias[i] < 0 ? "−" : "+"} ${Math.abs(bias[i]).toFixed(3)}`, works ? "strong" : "", "end");
      });
      drawn.text(62, tops(scores.length) + 10, say("gate_key"), "small");
      const byGroup = titled("groups", 24 * groups.length + 8, { kept: kept.length, count: groups.length });
      groups.forEach((number, g) => {
        byGroup.text(96, 24 * g + 17, say("group", { group: g + 1 }), kept.includes(g) ? "strong" : "", "end");
        byGroup.bar(104, 24 * g + 5, (130 * number) / Math.max(...groups), 15, kept.includes(g) ? "expert" : "expert soft");
        byGroup.text(358, 24 * g + 17, `${number.toFixed(3)} ${say(kept.includes(g) ? "stays" : "leaves")}`, "", "end");
      });
      const worked = titled("shares_of_experts", 24 * chosen.length + 8, { count: chosen.length });
      const routedParts = parts.filter(({ name }) => name !== "shared");
      routedParts.forEach(({ name, share }, i) => {
        worked.text(96, 24 * i + 17, say("expert", { expert: name + 1 }), "strong", "end");
        worked.bar(104, 24 * i + 5, (150 * share) / c.routed_scaling_factor, 15, "expert");
        worked.text(110 + (150 * share) / c.routed_scaling_factor, 24 * i + 17, share.toFixed(3));
      });
      const first = Math.max(0, Math.min(place - MOST_ROWS / 2, trace.tokens.length - MOST_ROWS));
      const near = range(Math.min(MOST_ROWS, trace.tokens.length)).map((i) => first + i);
      const routes = titled("routes", 20 * near.length + 26, { count: near.length });
      const column = (i) => 112 + (240 / scores.length) * (i + 0.5);
      near.forEach((s, i) => {
        const [working, idle] = [[], []];
        range(scores.length).forEach((k) => (trace.layers[layer][s].network.chosen.includes(k) ? working : idle).push([column(k), 20 * i + 11]));
        routes.text(96, 20 * i + 15, label(s), s === place ? "strong" : "", "end");
        routes.dots(idle, "fine");
        routes.dots(working, s === place ? "expert here" : "expert");
      });
      [0, scores.length - 1].forEach((i) => routes.text(column(i), 20 * near.length + 18, i + 1, "small", "middle"));
      const works = chosen.includes(mark);
      const own = { expert: mark + 1, group: group + 1, score: scores[mark].toFixed(3), ranked: ranked[mark].toFixed(3) };
      return {
        said: { experts: [...chosen].sort((a, b) => a - b).map((i) => i + 1).join(say("listed")) },
        pick: { key: "expert", count: scores.length, at: mark },
        panels: [drawn, byGroup, worked, routes],
        lines: [
          line("gate_score", { ...own, logit: signed(gate.logits[mark], 3) }),
          line("gate_bias", { ...own, bias: signed(bias[mark], 4) }),
          line(`gate_group_${kept.includes(group) ? "stays" : "leaves"}`, { ...own, best: best.toFixed(3), second: second.toFixed(3), sum: groups[group].toFixed(3) }),
          works
            ? line("gate_share", { ...own, total: chosen.map((i) => scores[i].toFixed(3)).join(" + "), share: ((scores[mark] / total) * c.routed_scaling_factor).toFixed(3) })
            : line("gate_idle", own),
          line("gate_scores", {}, scores),
        ],
      };
    },

    add() {
      const { parts } = row.network;
      const mark = Math.min(pick ?? 0, parts.length - 1);
      const nameOf = (name) => (typeof name === "number" ? say("expert", { expert: name + 1 }) : say(`part_${name}`));
      const lengths = parts.map(({ share, out }) => share * lengthOf(out));
      const most = Math.max(...lengths, 1e-9);
      const drawn = titled("added", 24 * parts.length + 8, {});
      parts.forEach(({ name }, i) => {
        drawn.text(120, 24 * i + 17, nameOf(name), i === mark ? "strong" : "", "end");
        drawn.bar(128, 24 * i + 5, (170 * lengths[i]) / most, 15, name === "shared" ? "off" : i === mark ? "expert" : "expert soft");
        drawn.text(134 + (170 * lengths[i]) / most, 24 * i + 17, lengths[i].toFixed(2));
        if (parts.length > 1) cell(drawn, 0, 24 * i, 360, 24, i);
      });
      const stream = titled("stream", 190, { count: row.out.length });
      stream.text(0, 14, say("stream_before", { length: lengthOf(row.middle).toFixed(2) }), "small");
      bars(stream, row.middle, 20, 70, "");
      stream.text(0, 112, say("stream_after", { length: lengthOf(row.out).toFixed(2) }), "small");
      bars(stream, row.out, 118, 70, "");
      const next = likeliest("read_now", logitsOf(model, row.out), 5, {});
      const part = parts[mark];
      return {
        said: { token: next.top, share: next.share },
        key: parts.length > 1 ? "add" : "add_dense",
        pick: parts.length > 1 ? { key: "part", count: parts.length, at: mark, names: parts.map(({ name }) => nameOf(name)) } : null,
        panels: [drawn, stream, next.drawn],
        lines: [
          line("part", { part: nameOf(part.name), inner: part.inner.length, length: lengthOf(part.out).toFixed(3), share: part.share.toFixed(3), adds: lengths[mark].toFixed(3) }, part.inner),
          line("part_out", { part: nameOf(part.name) }, part.out),
          line("stream", { before: lengthOf(row.middle).toFixed(2), after: lengthOf(row.out).toFixed(2) }, row.out),
        ],
      };
    },

    answer() {
      const streams = [trace.layers[0][place].x, ...trace.layers.map((rows) => rows[place].out)];
      const best = likeliest("next", logitsOf(model, lastStream(trace, place)), 10, {});
      const depth = titled("by_layer", 24 * streams.length + 8, {});
      const read = streams.map((stream) => {
        const p = softmax(Array.from(logitsOf(model, stream)));
        const [top] = largest(p, 1);
        return { token: tokenizer.label(top), share: p[top] };
      });
      read.forEach(({ token, share }, i) => {
        depth.text(0, 24 * i + 17, i ? say("after_layer", { layer: i }) : say("before_layers"));
        depth.text(150, 24 * i + 17, token, "strong");
        depth.bar(236, 24 * i + 5, 80 * share, 15, "attention soft");
        depth.text(358, 24 * i + 17, say("percent", { share: percentage(share) }), "", "end");
      });
      const follows = isLast ? best.token : trace.tokens[place + 1];
      const ahead = c.num_nextn_predict_layers
        ? likeliest("ahead", logitsAhead(model, trace, [...trace.tokens.slice(1, place + 1), follows]), 5, { token: tokenizer.label(follows) })
        : null;
      const { drawn, top, share } = best;
      const came = isLast ? [] : [line("came", { token: tokenizer.label(follows) })];
      return {
        said: { token: top, share },
        panels: [drawn, depth, ...(ahead ? [ahead.drawn] : [])],
        lines: [
          line("logits", { token: top, share }),
          ...came,
          line("lens", { read: read.map(({ token, share: p }, i) => `${i ? say("after_layer", { layer: i }) : say("before_layers")} “${token}” ${percentage(p)}%`).join(say("then")) }),
          ...(ahead ? [line("ahead", { follows: tokenizer.label(follows), token: ahead.top, share: ahead.share })] : []),
        ],
      };
    },
  };
  const { said, key = kind, pick: picked = null, panels, lines } = stops[kind]();
  return { title: say(`${key}.title`), sentence: say(`${key}.says`, said), pick: picked, panels, lines };
}

// A stop as HTML: its panels, and folded the numbers in words, of which long rows are folded once more.
function stageHtml({ panels, lines }, words) {
  const drawn = panels.map(({ title, height, says, shapes }) =>
    `<div class="ds-panel"><p>${plain(title)}</p><svg viewBox="0 0 360 ${Math.round(height)}" role="img" aria-label="${plain(says)}">${shapes.join("")}</svg></div>`);
  const rows = lines.map(({ name, text, numbers }) => {
    const folded = numbers && `<details class="ds-fold"><summary>${plain(filled(words.all, { count: numbers.length }))}</summary><p>${Array.from(numbers, (number) => signed(number, 3)).join(" ")}</p></details>`;
    return `<div><dt>${plain(name)}</dt><dd>${plain(text)}${folded ?? ""}</dd></div>`;
  });
  return `<div class="ds-panels">${drawn.join("")}</div><details class="ds-fold ds-small-numbers"><summary>${plain(words.in_numbers)}</summary><dl>${rows.join("")}</dl></details>`;
}
