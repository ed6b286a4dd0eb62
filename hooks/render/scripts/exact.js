// Fractions of big integers, in which formulas are worked out to the digits of the build.

const exact = (text) => [...text.split("/"), 1].slice(0, 2).map(BigInt);
const above = ([a, b], [c, d]) => a * d > c * b;
const apply = {
  "+": ([a, b], [c, d]) => [a * d + c * b, b * d],
  "-": ([a, b], [c, d]) => [a * d - c * b, b * d],
  "*": ([a, b], [c, d]) => [a * c, b * d],
  "/": ([a, b], [c, d]) => [a * d, b * c],
  min: (x, y) => (above(x, y) ? y : x),
  max: (x, y) => (above(x, y) ? x : y),
  ceil: ([a, b]) => [(a + b - 1n) / b, 1n],
};
const evaluate = (tree, known) =>
  tree.map ? apply[tree[0]](...tree.slice(1).map((part) => evaluate(part, known))) : known[tree] ?? exact(`${tree}`);

// Half a unit goes to the even neighbour, as in the build.
function rounded([a, b]) {
  const whole = a / b;
  const rest = 2n * (a % b);
  return rest > b || (rest === b && whole % 2n) ? whole + 1n : whole;
}

const float = ([a, b]) => Number(a) / Number(b);
