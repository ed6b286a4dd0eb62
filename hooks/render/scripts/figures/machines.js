// Static figures of machines: the roofline, DualPipe's overlap, forms of parallelism.

figure("roofline", { page: "guides/what-a-gpu-waits-for.md" }, ({ say, titled, numbers, number, lab }) => {
  const [bf16, bandwidth] = ["bf16_tflops", "bandwidth_tb_per_s"].map((name) => number(`gpu:nvidia-h800/${name}`));
  const { num_attention_heads: heads, kv_lora_rank: latent, qk_rope_head_dim: rope } = numbers("deepseek-v3-base");
  const llm = numbers("deepseek-llm-67b-base");
  const mla = (heads * (2 * latent + rope)) / (latent + rope);
  const corner = lab("roofline.ridge", bf16 * 1e12, bandwidth * 1e12);
  const attention = [["mha", 1], ["gqa", llm.num_attention_heads / llm.num_key_value_heads], ["mla_split", mla / 4], ["mla", mla]];
  const products = [["one", 1], ["batch", 32], ["expert", 256], ["prompt", 4096]];
  const place = (intensity, tflops) => [40 + 78 * Math.log10(intensity / 0.6), 206 - 60 * Math.log10(tflops / 1.5)];
  const panels = Object.entries({ attention, products }).map(([name, points]) => {
    const one = titled(name, 250, { ridge: Math.round(corner), points: points.length }, "says");
    for (const tflops of [10, 100, 1000]) {
      const [, y] = place(1, tflops);
      one.line([[40, y], [356, y]], "axis");
      one.text(36, y + 4, fixed(tflops), "small", "end");
    }
    for (const intensity of [1, 10, 100, 1000]) one.text(place(intensity, 1.5)[0], 222, fixed(intensity), "small", "middle");
    const ridge = place(corner, bf16);
    one.line([place(0.6, 0.6 * bandwidth), ridge, [356, ridge[1]]], "attention");
    one.line([ridge, [ridge[0], 206]], "dashed");
    one.text(ridge[0] + 4, 200, say("ridge", { ridge: Math.round(corner) }), "small");
    for (const [label, intensity] of points) {
      const [x, y] = place(intensity, Math.min(bf16, intensity * bandwidth));
      one.dots([[x, y]], "expert");
      // Right of the slope, or left of it before the line of the ridge, or behind that line.
      if (intensity < 20) one.text(x + 9, y + 12, say(label), "strong");
      else if (intensity < corner) one.text(x - 6, y - 9, say(label), "strong", "end");
      else one.text(356, y + 22, say(label), "strong", "end");
    }
    one.text(356, 240, say("intensity"), "", "end");
    one.text(0, 14, say("tflops"));
    return one;
  });
  return { panels };
});

// A label, a meaning, a lane, a start and a length: attention, experts and an exchange take a unit, a backward part two, for input and weights.
const ALONE = [
  ["attention", "forward", 0, 0, 1], ["dispatch", "forward_sent", 1, 1, 1], ["experts", "forward", 0, 2, 1], ["combine", "forward_sent", 1, 3, 1],
  ["combine", "backward_sent", 1, 4, 1], ["experts", "backward", 0, 5, 2], ["dispatch", "backward_sent", 1, 7, 1], ["attention", "backward", 0, 8, 2],
];
const TOGETHER = [
  ["experts", "backward", 0, 0, 2], ["dispatch", "forward_sent", 1, 0, 1], ["experts", "forward", 0, 2, 1], ["dispatch", "backward_sent", 1, 2, 1],
  ["attention", "backward", 0, 3, 2], ["combine", "forward_sent", 1, 3, 1], ["attention", "forward", 0, 5, 1], ["combine", "backward_sent", 1, 5, 1],
];

figure("dualpipe-lanes", { page: "guides/what-a-gpu-waits-for.md", also: ["dualpipe"] }, ({ say, titled }) => {
  const [kinds, unit, left] = [kindsOf("dualpipe"), 28.8, 68];
  const panels = Object.entries({ alone: ALONE, together: TOGETHER }).map(([name, blocks]) => {
    const length = Math.max(...blocks.map(([, , , start, long]) => start + long));
    const busy = sum(blocks.filter(([, , lane]) => !lane).map(([, , , , long]) => long));
    const one = titled(name, 150, { busy, length, idle: length - busy });
    ["computes", "sends"].forEach((label, lane) => {
      one.text(0, 26 + lane * 50, say(label), "small");
      one.bar(left, 8 + lane * 50, unit * 10, 34, "faint");
    });
    for (const [label, meaning, lane, start, long] of blocks) {
      const [x, y] = [left + start * unit, 8 + lane * 50];
      one.bar(x, y, long * unit - 2, 34, kinds[meaning]);
      one.text(x + (long * unit) / 2 - 1, y + 22, say(label), lane ? "strong" : "on", "middle");
    }
    one.text(left, 126, say(`${name}_below`, { busy, length }), "strong");
    one.legend(left, 136, ...["forward", "backward"].map((way) => [kinds[way], say(way)]));
    return one;
  });
  return { panels };
});

figure("parallelisms", { page: "guides/framework.md", also: ["tensor-parallelism", "context-parallelism"] }, ({ say, titled }) => {
  const [gpus, box, gap, tokens] = [4, 84, 8, 8];
  function drawLayer(one, split, gpu, layer, x, y) {
    const whole = ["data", "context"].includes(split) || (split === "pipeline" && layer === gpu);
    one.bar(x, y, 28, 14, whole || split === "expert" ? "attention" : "outline");
    if (!whole) one.bar(x + 32, y, 42, 14, "outline");
    for (const expert of range(gpus)) if (whole || (split === "expert" && expert === gpu)) one.bar(x + 32 + expert * 11, y, 9, 14, "expert");
    if (split !== "tensor") return;
    one.bar(x + 7 * gpu, y, 7, 14, "attention"); // a slice of each matrix
    for (const expert of range(gpus)) one.bar(x + 32 + expert * 11 + (9 * gpu) / gpus, y, 9 / gpus, 14, "expert");
  }
  const panels = ["data", "tensor", "pipeline", "expert", "context"].map((split) => {
    const one = titled(split, 184);
    for (const gpu of range(gpus)) {
      const x = gpu * (box + gap);
      one.bar(x, 4, box, 132, "faint");
      for (const layer of range(4)) drawLayer(one, split, gpu, layer, x + 5, 72 - 20 * layer);
      if (split === "context") one.bar(x + 5, 102, 9.4 * tokens - 1.8, 10, "outline");
      for (const token of range(tokens)) if (split !== "context" || Math.floor(token / (tokens / gpus)) === gpu) one.bar(x + 5 + token * 9.4, 102, 7.6, 10, "cache");
      one.text(x + box / 2, 130, say("text", { number: { pipeline: gpus - gpu, data: gpu + 1, expert: gpu + 1 }[split] ?? 1 }), "small", "middle");
    }
    if (split === "pipeline") for (const x of [84, 176, 268]) one.arrow(x - 26, 148, x + 26 + gap, 148);
    else for (const end of [358, 2]) one.arrow(180, 148, end, 148);
    one.text(180, 170, say(`${split}_sends`), "strong", "middle");
    return one;
  });
  return { panels };
});
