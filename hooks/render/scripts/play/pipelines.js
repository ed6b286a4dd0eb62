// Four pipeline schedules, one line a device, time to the right, what is sent below what is computed; idle time stays empty.

play("pipelines", ({ words, kinds, times: computing }, { stages, batches, sends }) => {
  const times = { ...computing, sends: sends / 100 };
  const units = (number) => `${+number.toFixed(2)}`;
  const ways = { F: "forward", B: "backward", I: "backward", W: "weights" };
  const back = (device, line) => (line ? stages - 1 - device : device);
  const enough = batches >= 2 * stages;
  const found = [oneFOneB(stages, batches), zb1p(stages, batches)].map((orders) => run(orders, (device) => [0, device], times));
  if (enough) found.push(run(dualpipe(stages, batches / 2), (device, line) => [line, back(device, line)], times), run(dualpipe(stages / 2, batches / 2, true), (device, line) => [0, back(device, line)], times));
  const scale = 356 / Math.max(...found.map(whole));
  const said = { stages, batches, sends, least: 2 * stages };
  const panels = ["1f1b", "zb1p", "dualpipe", "dualpipev"].map((name, number) => {
    const one = panel(words[name], 120, words.panel_says);
    const rows = found[number];
    if (!rows) one.text(0, 52, filled(words.needs, { least: 2 * stages }));
    else {
      const [height, paths] = [96 / rows.length, {}];
      const upper = (height - 1.5) * (sends ? 0.62 : 1);
      rows.forEach((row, device) => {
        one.bar(0, device * height, 356, height - 1.5, "faint");
        for (const [start, end, slot] of row) {
          const [tall, over] = [upper / slot.length, start + computed(slot, times)];
          let from = slot.length > 1 ? start : over;
          slot.forEach((operation, part) => {
            const [way, long] = [ways[operation[0]], sent([operation], times)];
            (paths[kinds[way]] ??= []).push([start * scale, device * height + part * tall, (over - start) * scale - 0.5, tall]);
            if (long) (paths[kinds[`${way}_sent`]] ??= []).push([from * scale, device * height + upper, long * scale - 0.5, height - 1.5 - upper]);
            from += long;
          });
        }
      });
      for (const [kind, cells] of Object.entries(paths)) one.path(barsPath(cells), kind);
      const [unused] = idle(rows, times);
      const share = (said[`share${number}`] = fixed((100 * unused) / whole(rows)));
      one.text(0, 114, filled(words.idle, { idle: units(unused), all: units(whole(rows)), share }), "strong");
    }
    return one;
  });
  return { panels, said, says: enough ? "says" : "few" };
});
