// Random numbers that are the same in every engine: whole-number arithmetic alone, and sums that are exact.

function uniform(count, seed) {
  const start = (seed * 0x9e3779b9) % 2 ** 32;
  return Float64Array.from({ length: count }, (_, i) => {
    let x = (start + i) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
    x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
    return ((x ^ (x >>> 16)) >>> 0) / 2 ** 32;
  });
}

function normal(count, seed) {
  const parts = uniform(4 * count, seed);
  return Float64Array.from({ length: count }, (_, i) => (parts[4 * i] + parts[4 * i + 1] + parts[4 * i + 2] + parts[4 * i + 3] - 2) * Math.sqrt(3));
}
