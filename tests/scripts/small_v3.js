let model;
globalThis.load = (header, text) => { model = loadedModel(JSON.parse(header), text); };
globalThis.encode = (text) => JSON.stringify(model.tokenizer.encode(text));
globalThis.draws = (logits, temperature, chances) => JSON.stringify(chances.split(" ").map((chance) => drawToken(logits.split(" ").map(Number), temperature, +chance)));
globalThis.run = (text, written) => {
  const trace = readTokens(model, newTrace(model), [model.tokenizer.begin, ...model.tokenizer.encode(text)]);
  const routed = trace.layers.map((rows) => rows[rows.length - 1].network.chosen).filter(Boolean);
  const found = {
    tokens: [...trace.tokens],
    logits: [...logitsOf(model, lastStream(trace))],
    mtp_logits: trace.tokens.length > 1 ? [...logitsAhead(model, trace, trace.tokens.slice(1))] : [],
    experts_of_last_token: routed.map((chosen) => [...chosen].sort((a, b) => a - b)),
    weights: trace.layers.map((rows) => rows[0].heads.map((_, head) => rows.map((row) => row.heads[head].shares))),
    greedy: [],
  };
  while (found.greedy.length < written) {
    found.greedy.push(largest(logitsOf(model, lastStream(trace)), 1)[0]);
    readTokens(model, trace, found.greedy.slice(-1));
  }
  return JSON.stringify(found);
};
