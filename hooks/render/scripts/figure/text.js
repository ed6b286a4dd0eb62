// Numbers and texts as figures write them, and a scale.

const at = (number) => number.toFixed(1).replace(/\.0$/, "");
const plain = (text) => `${text}`.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt()};`);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const fixed = (number, decimals = 0) => number.toFixed(decimals).replace(/\B(?=(\d{3})+(?!\d))/g, ",");
const figures = (number) => (number >= 100 || !number ? fixed(number) : number.toPrecision(3));
const superscript = (number) => `${number}`.replace(/[-0-9]/g, (sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]);
const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);
const range = (count) => [...Array(count).keys()];
// To the nearest whole number, of two that are as near to the even one.
const even = (x) => (x - Math.floor(x) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

// A linear scale, with its ticks at round numbers.
function scale(low, high, start, end) {
  const place = (value) => start + ((value - low) / (high - low)) * (end - start);
  place.ticks = (about) => {
    const rough = (high - low) / about;
    const power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((one) => one >= rough * 0.999);
    const first = Math.ceil(low / step - 1e-9);
    return range(Math.floor(high / step + 1e-9) - first + 1).map((i) => +((first + i) * step).toFixed(12));
  };
  return place;
}
