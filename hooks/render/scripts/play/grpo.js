// The arithmetic is that of labs/grpo.py.

function advantages(rewards) {
  const mean = sum(rewards) / rewards.length;
  const spread = Math.sqrt(sum(rewards.map((r) => (r - mean) ** 2)) / rewards.length);
  return rewards.map((r) => (spread > 0 ? (r - mean) / spread : 0));
}

figure("grpo", {
  page: "guides/from-a-reward-to-a-gradient.md", technique: "grpo", runs: "size",
  inputs: ({ slider, marks }) => [slider("size", 8, from(2, 16)), marks("rewards", "1001010000000000", 8)],
}, ({ say, titled, kinds }, { size, rewards: marks }) => {
  const base = 128;
  const most = Math.sqrt(size - 1);
  const unit = Math.min(40, 86 / most);
  const signed = (number, decimals = 1) => (number ? `${number > 0 ? "+" : ""}${fixed(number, decimals)}`.replace("-", "−") : "0");
  const rewards = [...marks.slice(0, size)].map(Number);
  const A = advantages(rewards);
  const group = titled("group", 240);
  columns(size, 0, 356, size < 10 ? 6 : 3).forEach(([x, width], i) => {
    const [a, y] = [A[i], base - unit * A[i]];
    group.bar(x, 4, width, 24, rewards[i] ? kinds.right : "faint");
    group.text(x + width / 2, 21, rewards[i], rewards[i] ? "strong" : "", "middle");
    group.bar(x, base - unit * Math.max(a, 0), width, unit * Math.abs(a), a > 0 ? kinds.right : kinds.wrong);
    if (size < 10 || i === rewards.indexOf(rewards[i])) group.text(Math.max(x + width / 2, 17), a < 0 ? y + 14 : y - 5, signed(a), "small", "middle");
  });
  group.line([[0, base], [356, base]], "axis");
  group.text(0, 234, say("below"), "small");

  const right = sum(rewards);
  const push = titled("push", 240);
  push.line([[30, base], [350, base]], "axis");
  const place = 300 / size;
  const pairs = range(size + 1).map((k) => {
    const each = advantages(range(size).map((i) => +(i < k)));
    return [each[0], each.at(-1)];
  });
  pairs.forEach(([up, down], k) => {
    const here = k === right ? " here" : "";
    push.dots([[40 + place * k, base - unit * up]], `${kinds.right}${here}`);
    push.dots([[40 + place * k, base - unit * down]], `${kinds.wrong}${here}`);
  });
  for (const k of [0, size]) push.text(40 + place * k, 234, k, "small", "middle");
  push.text(190, 234, say("count"), "small", "middle");
  for (let advantage = -Math.floor(most); advantage <= most; advantage++) push.text(24, base + 4 - unit * advantage, `${advantage}`.replace("-", "−"), "small", "end");
  const [up, down] = pairs[right];
  // Beside the two large dots: right of the upper one and left of the lower one, where the curve runs on the other side, with room for words.
  if (right % size) {
    const [x, room] = [40 + place * right, 112];
    const at = (edge, k) => pairs[Math.min(Math.max(k, 1), size - 1)][edge];
    if (x + room < 356) push.text(x + 9, base - unit * up - 7, say("right"), "strong");
    else push.text(356, base - unit * at(0, Math.floor((316 - room) / place)) - 7, say("right"), "strong", "end");
    if (x - room > 40) push.text(x - 9, base - unit * down + 16, say("wrong"), "strong", "end");
    else push.text(40, base - unit * at(1, Math.ceil(room / place)) + 16, say("wrong"), "strong");
  }
  return {
    panels: [group, push],
    said: { right, size, up: signed(up, 2), down: signed(down, 2) },
    says: right % size ? "says" : "equal",
    after: (form) => form.querySelectorAll(".ds-marks label").forEach((label, i) => (label.hidden = i >= size)),
  };
});
