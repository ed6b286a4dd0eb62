// The lines of config.json and what each adds to the number of parameters.

figure("config-sum", { page: "guides/reading-a-model.md" }, ({ say, titled, numbers, number, compact }) => {
  const id = "deepseek-v3-base";
  const n = numbers(id);
  const [all, d, dense] = [number(`${id}/recomputed.total_parameters`), n.hidden_size, n.first_k_dense_replace];
  const [layers, head] = [n.num_hidden_layers, n.qk_nope_head_dim + n.qk_rope_head_dim];
  const latents = n.q_lora_rank * (d + n.num_attention_heads * head) + d * (n.kv_lora_rank + n.qk_rope_head_dim);
  const valued = n.num_attention_heads * (n.kv_lora_rank * (n.qk_nope_head_dim + n.v_head_dim) + n.v_head_dim * d);
  const expert = 3 * d * n.moe_intermediate_size * (layers - dense);
  const rows = [
    ["vocab_size · hidden_size", 2 * n.vocab_size * d, "other"],
    ["kv_lora_rank, q_lora_rank, … · num_hidden_layers", layers * (latents + valued), "attention"],
    ["intermediate_size · first_k_dense_replace", 3 * d * n.intermediate_size * dense, "cache"],
    ["n_shared_experts · moe_intermediate_size", n.n_shared_experts * expert, "expert soft"],
    ["n_routed_experts · moe_intermediate_size", n.n_routed_experts * expert, "expert"],
  ];
  const one = titled("lines", 46 * (rows.length + 2) - 4);
  const row = (i, key, amount, kind, start) => {
    one.text(0, 14 + 46 * i, key, "strong");
    one.text(358, 14 + 46 * i, compact(Math.trunc(amount)), "", "end");
    one.bar((start / all) * 358, 20 + 46 * i, (amount / all) * 358, 14, kind);
  };
  row(0, say("plain"), layers * (4 * d * d + 3 * d * n.intermediate_size) + 2 * n.vocab_size * d, "outline", 0);
  let done = 0;
  rows.forEach(([key, amount, kind], i) => {
    row(i + 1, key, amount, kind, done);
    done += amount;
  });
  one.bar((done / all) * 358, 66 + 46 * rows.length, ((all - done) / all) * 358, 14, "");
  one.text(0, 60 + 46 * rows.length, say("rest"));
  one.text(358, 60 + 46 * rows.length, compact(Math.trunc(all - done)), "", "end");
  return { panels: [one] };
});
