// At build: figures as they are declared, their inputs, and what they ask of the catalogue and the labs, which engine.py answers.

const declared = {};
let file = ""; // whose figures follow
function figure(name, about, draw) {
  if (about.inputs && !file.startsWith("play/")) throw new Error(`${name} has inputs, but stands in scripts/${file}.js, which no browser runs: move it to scripts/play/`);
  declared[name] = { name, file, technique: "", also: [], runs: "", data: () => ({}), ...about, draw };
}
const asks = (what) => (...given) => JSON.parse(ask(what, JSON.stringify(given)));
const [numbers, number, value, text, lab, random] = ["numbers", "number", "value", "text", "lab", "random"].map(asks);
const [textWidth, wrapped, compact, spoken] = ["text_width", "wrapped", "compact", "spoken"].map(asks);

const kindsOf = (technique) => Object.fromEntries(Object.entries(MEANINGS[technique] ?? {}).map(([what, letter]) => [what, KINDS[letter]]));
const from = (first, last, step = 1) => range(Math.floor((last - first) / step) + 1).map((i) => first + step * i);
const grouped = (value) => (Number.isInteger(value) ? fixed(value) : `${value}`);

function toolsOf({ name }) {
  const { say, titled } = withWords({}, asks("word").bind(null, name));
  const steps = (input, start, values) => ({ name: input, label: say(input), start, steps: values });
  // A slider that begins at the value nearest to `start`.
  const slider = (input, start, values, label = "{value}") => {
    const nearest = values.reduce((best, each) => (Math.abs(each - start) < Math.abs(best - start) ? each : best));
    return steps(input, nearest, values.map((each) => [each, filled(label, { value: grouped(each) })]));
  };
  const fine = (input, known, start) => ({ ...steps(input, start, FINE[known][0].map((value, i) => [value, FINE[known][1][i]])), known });
  return {
    say, titled, steps, slider, numbers, number, value, text, lab, random, compact, spoken,
    marks: (input, start, count) => ({ name: input, label: say(input), start, marks: count }),
    fine, contexts: () => fine("context", "lengths", 2 ** 17),
  };
}

const panelsOf = (panels) => panels.map(({ shapes, ...rest }) => ({ ...rest, shapes: shapes.join("") }));

Object.assign(globalThis, {
  places: () => Object.values(declared).map(({ name, file, page, technique, also }) => ({ name, file, page, technique, also })),
  described(name) {
    const about = declared[name];
    const kinds = kindsOf(about.technique);
    const tools = { ...toolsOf(about), kinds };
    const data = { kinds, ...about.data(tools) };
    return { data, controls: about.inputs?.({ ...tools, ...data }) ?? [], runs: about.runs };
  },
  drawn(name, data, state) {
    const about = declared[name];
    const given = { ...toolsOf(about), ...data };
    const { panels, said, says = "says" } = about.draw(given, state);
    return { panels: panelsOf([...panels, ...(about.still?.(given) ?? [])]), status: said ? given.say(says, said) : "" };
  },
});
