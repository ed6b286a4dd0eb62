// Curves over the context, on two logarithmic axes.

const short = (length) => (length >= 2 ** 20 ? `${length / 2 ** 20}M` : `${length / 2 ** 10}K`);

function axes(lengths, [low, high]) {
  const [first, last] = [lengths[0], lengths.at(-1)];
  const place = (length, much) => [46 + (304 * Math.log2(length / first)) / Math.log2(last / first), 204 - (190 * (Math.log10(much) - low)) / (high - low)];
  const drawInto = (curves, base, tick) => {
    for (let power = low; power <= high; power++) {
      const [, y] = place(first, 10 ** power);
      curves.line([[46, y], [350, y]], "axis");
      if (tick(power)) curves.text(40, y + 4, tick(power), "small", "end");
    }
    for (const length of [first, 32 * first, last]) curves.text(place(length, 10 ** low)[0], base, short(length), "small", "middle");
  };
  return { place, drawInto };
}
