// A whole sentence in the small model as one picture: tokens beside each other, layers one above another, and of what is touched its sum.
// On a narrow screen it stands upright: a token is a row, and layers go to the right. A place in it is `along` the tokens and `into` the layers.

const [LEAST_CELL, MOST_CELL] = [44, 100];
const LAYER = { kept: 14, merge: 49, experts: 88, read: 122, all: 132 }; // how far into a layer its parts stand
const SHOWN_SHARE = 0.012;

function layoutOf(count, tall, layers) {
  const cell = tall ? 44 : Math.min(MOST_CELL, Math.max(LEAST_CELL, 760 / count));
  const [a, d] = [tall ? 0.56 : Math.min(1, cell / 76), tall ? 0.5 : 1];
  const [left, top, deep] = [92, tall ? 54 : 36, LAYER.all * d * layers];
  const along = (i, off = 0) => (tall ? top : left) + cell * (i + 0.5) + off * a;
  const into = (layer, v) => (tall ? left + layer * LAYER.all * d + v * d : top + deep - layer * LAYER.all - v);
  const size = tall ? [Math.round(left + deep + 2), top + cell * count + 4] : [Math.max(944, left + cell * count + 92), top + deep + 52];
  return { tall, cell, a, d, left, top, deep, along, into, size, point: (u, v) => (tall ? [v, u] : [u, v]) };
}

const sharesOf = ({ config: c }, [content, position]) => softmax(content.map((score, i) => (score + position[i]) * (c.qk_nope_head_dim + c.qk_rope_head_dim) ** -0.5));
const routeAt = ({ config, layers, bias }, layer, place) => layers[layer][place].scores && routeOf(config, layers[layer][place].scores, bias[layer]);

// What a word shows before anything else is touched: of a layer, the head that looks most at one token that is neither the first nor this one.
function strongestLook(run, place, layer = run.layers.length - 1) {
  const from = Math.min(1, place);
  const found = run.layers[layer][place].heads.flatMap((head, k) => sharesOf(run, head).map((share, j) => ({ layer, head: k, from: j, share })));
  const wanted = found.filter(({ from: j }) => j >= from && (j < place || !place));
  return (wanted.length ? wanted : found).reduce((a, b) => (b.share > a.share ? b : a));
}
function strongestHead(run, place, layer, from) {
  const shares = run.layers[layer][place].heads.map((head) => sharesOf(run, head)[from]);
  return { layer, from, head: largest(shares, 1)[0] };
}

// How far each part of a layer is drawn at a depth, which runs from 0 to the number of layers.
const between = (value, low, high) => Math.min(1, Math.max(0, (value - low) / (high - low)));
const partsAt = (depth, layer) => {
  const t = depth - layer;
  return { kept: between(t, 0, 0.2), lines: between(t, 0.15, 0.6), experts: between(t, 0.55, 0.8), read: between(t, 0.85, 1) };
};

// A space before a word need not be seen. The sign that begins every text has a name that says so; where it is expected, the text has ended.
const namedBy = (words, edge = words.begin) => (label) => (label === "<|bos|>" ? edge : label.replace(/^␣(?=.)/, ""));
const scoreOf = (number) => signed(number);
const powerOf = (number) => {
  if (number < 1e7) return fourDigits(number);
  const power = Math.floor(Math.log10(number));
  return `${(number / 10 ** power).toFixed(2)} × 10${superscript(power)}`;
};

// `live` draws what cannot be seen too, so that a change of the word moves shapes that are there. Gives shapes, size, and the lines as points.
function drawSentence(run, { place, pick }, words, { tall = false, live = false }) {
  const [count, layers] = [run.tokens.length, run.layers.length];
  const [say, named, expected] = [(key, values) => filled(words[key], values), namedBy(words), namedBy(words, words.ends)];
  const L = layoutOf(count, tall, layers);
  const { along, into, a, d, point } = L;
  const shapes = [];
  const put = (tag, given, inner) => shapes.push(`<${tag} ${Object.entries(given).map(([name, value]) => `${name}="${value}"`).join(" ")}${inner === undefined ? "/>" : `>${inner}</${tag}>`}`);
  const text = (x, y, said, kind, anchor = "middle") => put("text", { class: kind, x: at(x), y: at(y), "text-anchor": anchor }, plain(said));
  const box = (u, v, du, dv, given) => {
    const [[x, y], [wide, high]] = [point(u, tall ? v : v - dv), point(du, dv)];
    put("rect", { ...given, x: at(x), y: at(y), width: at(wide), height: at(high) });
  };
  const curve = (points) => {
    const [first, ...rest] = points.map(([u, v]) => point(u, v).map(at).join(" "));
    return `M${first}C${rest.join(" ")}`;
  };
  const group = (given, inside) => {
    const from = shapes.length;
    inside();
    const drawn = shapes.splice(from).join("");
    put("g", given, drawn);
  };
  const lines = [];
  const living = live ? { pathLength: 1 } : {}; // they grow with the depth
  const selected = run.layers.map((rows) => rows[place].heads.map((head) => sharesOf(run, head)));

  // The streams, from the words to the end of the last layer.
  group({ class: "streams" }, () => {
    for (const i of range(count)) put("path", { ...(i === place && { class: "on" }), ...living, d: `M${point(along(i), into(0, -10)).map(at).join(" ")}L${point(along(i), into(layers - 1, LAYER.read + 3)).map(at).join(" ")}` });
  });

  run.layers.forEach((rows, l) => {
    const part = (name, inside) => group({ class: name, "data-part": name, "data-layer": l }, inside);
    const route = (i) => routeAt(run, l, i);
    text(tall ? into(l, LAYER.all / 2 - 4) : 0, tall ? 12 : into(l, 92), say("layer", { layer: l + 1 }), "strong", tall ? "middle" : "start");
    if (!tall) text(0, into(l, 75), route(0) ? say("experts", { count: run.config.n_routed_experts }) : say("dense"), "small", "start");

    // From what is kept of one token to another one, where it joins the stream.
    const look = (j, i, o, rise, flat) => {
      const [start, end] = [[along(j, 2 * o), into(l, 14)], [along(i, 0.8 * o), into(l, LAYER.merge)]];
      if (j === i) return [start, [along(j, 24 + o), into(l, 22)], [along(j, 24 + o), into(l, 40)], end];
      const near = Math.min(90 * a, 0.75 * Math.abs(along(i) - along(j)));
      return [start, [along(j, 2 * o + 8), into(l, rise)], [along(i, o) - Math.sign(i - j) * near, into(l, flat)], end];
    };
    part("lines", () => {
      // Everybody's attention, pale: where heads look on average.
      const pale = [];
      rows.forEach(({ heads }, i) => {
        const shares = heads.map((head) => sharesOf(run, head));
        range(i).forEach((j) => {
          const mean = sum(shares.map((each) => each[j])) / shares.length;
          if (mean > 0.1) pale.push([j, i, mean]);
        });
      });
      for (const [j, i, mean] of pale) put("path", { class: "pale", ...living, "stroke-width": at(mean * 10 * a), d: curve(look(j, i, 0, LAYER.merge, 46)) });
      // Every head of the chosen word, the picked one last.
      const drawn = selected[l].flatMap((shares, k) => range(count).map((j) => ({ head: k, from: j, share: shares[j] ?? 0 })));
      for (const { head, from: j, share } of drawn) {
        const on = pick.layer === l && pick.head === head && pick.from === j;
        if (!live && share < SHOWN_SHARE && !on) continue;
        const o = (head - (selected[l].length - 1) / 2) * 2.4;
        const points = look(j, place, o, LAYER.merge + head, LAYER.merge + 4 - head);
        const seen = share >= SHOWN_SHARE || on;
        if (seen) lines.push({ layer: l, head, from: j, points: points.map(([u, v]) => point(u, v)) });
        put("path", { class: on ? "line on" : seen ? "line" : "line none", ...living, "stroke-width": at(seen ? Math.max(1, 13 * share * (a + d) / 2) : 0), d: curve(points) });
      }
    });

    const usual = Math.sqrt(sum(rows.flatMap(({ kept }) => kept.map((number) => number ** 2))) / sum(rows.map(({ kept }) => kept.length)));
    part("cells", () => {
      rows.forEach(({ kept }, i) => {
        const looked = pick.from === i && pick.layer === l ? " looked" : "";
        group({ class: `kept${i > place ? " later" : ""}${looked}`, "data-token": i, "data-of": l }, () => {
          const step = 62 / kept.length;
          const [from, to] = [into(l, 0), into(l, LAYER.kept)];
          box(along(i, -33), into(l, -2), 66 * a, 17 * d, {});
          for (const [name, low, high] of [["b1", 0, 0.5], ["b2", 0.5, 1.2], ["b3", 1.2, Infinity]]) {
            const bars = [...kept.keys()].filter((k) => Math.abs(kept[k]) >= low * usual && Math.abs(kept[k]) < high * usual);
            if (!bars.length) continue;
            const moves = movesTo(bars.map((k) => point(along(i, -31 + (k + 0.5) * step), from)));
            put("path", { class: name, d: moves.map((move) => `${move}${tall ? "h" : "v"}${at(to - from)}m${tall ? `${at(from - to)} 0` : `0 ${at(from - to)}`}`).join("") });
          }
        });
      });
    });

    part("experts", () => {
      for (const i of range(count)) {
        const [own, chosen] = [route(i), i === place ? " on" : ""];
        group({ class: `cell${chosen}`, "data-token": i, "data-experts": l }, () => {
          if (!own) return box(along(i, -23), into(l, LAYER.experts - 12), 46 * a, 24 * d, { class: "dense" });
          box(along(i, -27), into(l, LAYER.experts - 25), 54 * a, 50 * d, { class: "ground" });
          const { n_group: groups, n_routed_experts: all } = run.config;
          const size = all / groups;
          const spot = (e) => point(along(i, -16.5 + (e % size) * 11), into(l, LAYER.experts + 16.5 - Math.floor(e / size) * 11));
          for (const g of own.kept) box(along(i, -23), into(l, LAYER.experts + 11.5 - g * 11), 46 * a, 10 * d, { class: "group" });
          put("path", { class: "idle", d: movesTo(range(all).filter((e) => !own.chosen.includes(e)).map(spot)).map((move) => `${move}h0`).join("") });
          own.chosen.forEach((e, at_) => {
            const [x, y] = spot(e);
            put("circle", { cx: at(x), cy: at(y), r: at((2.2 + 3.4 * Math.min(1, own.shares[at_])) * (a + d) / 2) });
          });
          if (run.config.n_shared_experts) box(along(i, 27), into(l, LAYER.experts - 3.5), 7 * (a + d) / 2, 7 * (a + d) / 2, { class: "shared" });
          if (i === place && pick.layer === l && pick.expert !== undefined) {
            const [x, y] = spot(pick.expert);
            put("circle", { class: "mark", cx: at(x), cy: at(y), r: at(8.5 * (a + d) / 2) });
          }
        });
      }
    });
  });

  // What would be read off the stream of the chosen word after each layer.
  run.reads(place).forEach(({ best: [[label, logit]], total }, l) => {
    const on = pick.layer === l && pick.read ? " on" : "";
    const last = l === layers - 1 ? " last" : "";
    const share = say("percent", { share: percentage(Math.exp(logit) / total) });
    group({ class: `read${last}${on}`, "data-part": "read", "data-layer": l, "data-read": l }, () => {
      const v = into(l, LAYER.read);
      if (tall) {
        put("path", { d: `M${at(v)} ${at(along(place))}V48` });
        put("rect", { class: "target", x: at(into(l, 4)), y: 16, width: 58, height: 32 });
        text(into(l, LAYER.all / 2 - 4), 28, expected(label), "word");
        text(into(l, LAYER.all / 2 - 4), 43, share, "small");
      } else {
        const x = L.left + L.cell * count + 12;
        put("path", { d: `M${at(along(place))} ${at(v)}H${at(x - 6)}` });
        put("rect", { class: "target", x: at(x - 6), y: at(v - 16), width: 92, height: 32 });
        text(x, v + 1, expected(label), "word", "start");
        text(x, v + (last ? 21 : 16), share, "small", "start");
      }
    });
  });

  // The words, which can be chosen.
  run.tokens.forEach((label, i) => {
    group({ class: `token${i === place ? " on" : ""}`, "data-token": i }, () => {
      const wide = tall ? 84 : Math.min(L.cell - 4, Math.max(36, 14 + textLength(named(label)) * 8.2));
      if (tall) put("rect", { x: 1, y: at(along(i) - 20), width: wide, height: 40, rx: 5 });
      else put("rect", { x: at(along(i) - wide / 2), y: at(into(0, -16)), width: at(wide), height: 34, rx: 5 });
      text(tall ? 43 : along(i), tall ? along(i) + 5 : into(0, -38), named(label), textLength(named(label)) * 7.6 > wide ? "tight" : "");
    });
  });
  return { width: L.size[0], height: L.size[1], shapes: shapes.join(""), lines, says: say("says", { count, layers }) };
}
// In letters of Latin text.
const textLength = (text) => [...text].reduce((length, sign) => length + (sign > "\u2e80" ? 1.8 : 1), 0);

// The sum of what is picked: a line of attention, an expert, or a word that is read off.
function sumOf(run, { place, pick }, words) {
  const [{ config: c }, named] = [run, namedBy(words)];
  const label = (i) => named(run.tokens[i]);
  const { layer } = pick;
  const say = (key, values = {}) => filled(words[key], { token: label(place), layer: layer + 1, ...values });
  const percent = (share) => say("percent", { share: percentage(share) });
  if (pick.read) {
    const { best: [[token, logit]], total } = run.reads(place)[layer];
    const last = layer === run.layers.length - 1;
    return {
      title: say(last ? "read.last" : "read.title", { read: namedBy(words, words.ends)(token) }),
      where: say(last ? "read.where_last" : "read.where"),
      rows: [[say("read.score"), scoreOf(logit)], [say("power"), powerOf(Math.exp(logit))], [say("read.all", { count: fixed(c.vocab_size) }), powerOf(total)]],
      end: [say("share"), percent(Math.exp(logit) / total)],
    };
  }
  if (pick.expert !== undefined) {
    const route = routeAt(run, layer, place);
    if (!route) return { title: say("dense.title"), where: say("dense.where"), rows: [[say("dense.width"), fixed(c.intermediate_size)]], end: null };
    const [e, size] = [pick.expert, c.n_routed_experts / c.n_group];
    const [g, rank] = [Math.floor(e / size), route.chosen.indexOf(e)];
    const works = rank >= 0;
    const others = route.chosen.map((i) => route.scores[i].toFixed(3)).join(" + ");
    return {
      title: say(works ? "expert.works" : "expert.idle", { expert: e + 1 }),
      where: say(route.kept.includes(g) ? "expert.where" : "expert.where_left", { group: g + 1 }),
      rows: [
        [say("expert.score"), route.scores[e].toFixed(3)],
        [say("expert.bias"), scoreOf(route.bias[e], 3).replace(/^(?=\d)/, "+ ").replace("−", "− ")],
        ...(works ? [[say("expert.over"), others], [say("expert.factor"), `× ${c.routed_scaling_factor}`]] : []),
      ],
      end: [say("expert.weight"), works ? route.shares[rank].toFixed(2) : say("expert.none")],
      choices: { kind: "expert", says: say("choices.experts"), at: e, shares: range(c.n_routed_experts).map((i) => (route.chosen.includes(i) ? route.shares[route.chosen.indexOf(i)] / c.routed_scaling_factor : 0)) },
    };
  }
  const { head, from } = pick;
  const [content, position] = run.layers[layer][place].heads[head];
  const width = c.qk_nope_head_dim + c.qk_rope_head_dim;
  const scores = content.map((each, i) => (each + position[i]) / Math.sqrt(width));
  const sign = position[from] < 0 ? "− " : "+ ";
  return {
    title: say(from === place ? "look.itself" : "look.title", { from: label(from) }),
    where: say("look.where", { head: head + 1 }),
    rows: [
      [say("look.content"), scoreOf(content[from])],
      [say("look.position"), sign + scoreOf(Math.abs(position[from]))],
      [say("look.scaled", { width }), scoreOf(scores[from])],
      [say("power"), powerOf(Math.exp(scores[from]))],
      [say("look.all", { count: place + 1 }), powerOf(sum(scores.map(Math.exp)))],
    ],
    end: [say("share"), percent(sharesOf(run, [content, position])[from])],
    choices: { kind: "head", says: say("choices.heads"), at: head, shares: run.layers[layer][place].heads.map((each) => sharesOf(run, each)[from]) },
  };
}

function sumHtml(run, state, words) {
  const { title, where, rows, end, choices } = sumOf(run, state, words);
  const [reads, named, expected] = [run.reads(state.place), namedBy(words), namedBy(words, words.ends)];
  const { best, total } = reads[reads.length - 1];
  const next = run.tokens[state.place + 1];
  const shares = best.map(([, logit]) => Math.exp(logit) / total);
  const drawn = panel("", 24 * best.length, "");
  best.forEach(([label], i) => {
    drawn.text(96, 24 * i + 16, expected(label), label === next || (!next && !i) ? "strong" : "", "end");
    drawn.bar(104, 24 * i + 4, 190 * shares[i], 15, i ? "attention soft" : "attention");
    drawn.text(110 + 190 * shares[i], 24 * i + 16, filled(words.percent, { share: percentage(shares[i]) }), i ? "" : "strong");
  });
  const bar = (share) => `<svg viewBox="0 0 10 24" preserveAspectRatio="none" aria-hidden="true"><rect width="10" height="${at(24 * share)}" y="${at(24 - 24 * share)}"/></svg>`;
  const choice = (share, i) => `<button type="button" data-${choices.kind}="${i}" aria-pressed="${i === choices.at}" aria-label="${plain(filled(words[`choices.${choices.kind}`], { number: i + 1, share: percentage(share) }))}">${bar(share)}<span>${i + 1}</span></button>`;
  return [
    `<p class="title">${plain(title)}</p><p class="where">${plain(where)}</p>`,
    `<dl>${rows.map(([name, value]) => `<div><dt>${plain(name)}</dt><dd>${plain(value)}</dd></div>`).join("")}${end ? `<div class="end"><dt>${plain(end[0])}</dt><dd>${plain(end[1])}</dd></div>` : ""}</dl>`,
    choices ? `<form class="choices ${choices.kind}" aria-label="${plain(choices.says)}"><p>${plain(choices.says)}</p>${choices.shares.map(choice).join("")}</form>` : "",
    `<p class="next">${plain(filled(words[next ? "next.came" : "next.title"], { token: named(run.tokens[state.place]), came: named(next ?? "") }))}</p>`,
    `<div class="ds-panel"><svg viewBox="0 0 360 ${drawn.height}" role="img" aria-label="${plain(best.map(([label], i) => `${expected(label)} ${filled(words.percent, { share: percentage(shares[i]) })}`).join(words.listed))}">${drawn.shapes.join("")}</svg></div>`,
  ].join("");
}

// The same in a line.
function briefOf(run, state, words) {
  const { title, end } = sumOf(run, state, words);
  return end ? filled(words.brief, { title, end: end[1] }) : title;
}
