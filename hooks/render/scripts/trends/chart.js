// One chart of two quantities, its table, and places for its labels. The build runs this too.

const plainText = (html) => html.replace(/<[^>]*>/g, "");
const DAY = 86400000;
const MARKS = { main: 5.5, line: 4.5, other: 4 };
const FORMS = {
  wide: { width: 780, height: 470, top: 34, bottom: 436, right: 764, size: 13.5, pad: 46, labels: ["main", "line", "other"] },
  narrow: { width: 344, height: 400, top: 34, bottom: 366, right: 336, size: 13, pad: 30, labels: ["main"] },
};

// As wide as a text is at most; letters of Chinese are as wide as high.
const textWidth = (text, size) => [...text].reduce((sum, letter) => sum + (letter > "\u2e7f" ? 1 : /[il.,: ]/.test(letter) ? 0.36 : 0.63), 0) * size;

function tickText(value) {
  if (value >= 1e15) return `10${superscript(Math.round(Math.log10(value)))}`;
  const [factor, sign] = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "K"]].find(([least]) => value >= least * 0.999) ?? [1, ""];
  return `${+(value / factor).toPrecision(3)}${sign}`;
}

// From values to places, with the ticks that carry a text.
function axis(kind, numbers, from, to) {
  const log = kind === "log";
  let [low, high] = [Math.min(...numbers), Math.max(...numbers)];
  if (log) [low, high] = [low / 1.6, high * 1.6];
  else [low, high] = [low - (high - low) * 0.05, high + (high - low) * 0.05];
  const measure = log ? Math.log10 : (value) => value;
  const place = (value) => from + ((measure(value) - measure(low)) / (measure(high) - measure(low) || 1)) * (to - from);
  const inside = (value) => value >= low && value <= high;
  if (kind === "date") {
    const years = range(60).map((i) => 2000 + i).filter((year) => inside(Date.UTC(year, 0, 1) / DAY));
    return { place, ticks: years.map((year) => [Date.UTC(year, 0, 1) / DAY, `${year}`]) };
  }
  if (log) {
    const powers = (factors) => range(31).flatMap((power) => factors.map((factor) => factor * 10 ** power)).filter(inside);
    const found = powers([1]).length < 3 ? powers([1, 2, 5]) : powers([1]);
    return { place, ticks: found.map((value) => [value, tickText(value)]), minor: powers([2, 3, 4, 5, 6, 7, 8, 9]) };
  }
  return { place, ticks: scale(low, high, from, to).ticks(5).map((value) => [value, tickText(value)]) };
}

const meets = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
const WAYS = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

// A place for each label beside its mark and clear of marks and other labels; the first ones choose first, and some find none.
function placedLabels(wanted, frame, marks) {
  const taken = [...marks];
  return wanted.map(({ x, y, r, wide, high }) => {
    for (const away of [3, 12, 24, 38, 54])
      for (const [across, down] of WAYS) {
        const [px, py] = [x + across * (r + away * (down && across ? 0.72 : 1)), y + down * (r + away * (down && across ? 0.72 : 1))];
        const left = across > 0 ? px : across < 0 ? px - wide : px - wide / 2;
        const top = down > 0 ? py : down < 0 ? py - high : py - high / 2;
        const box = [left, top, left + wide, top + high];
        if (box[0] < frame[0] || box[1] < frame[1] || box[2] > frame[2] || box[3] > frame[3] || taken.some((other) => meets(box, other))) continue;
        const end = [Math.min(Math.max(x, box[0]), box[2]), Math.min(Math.max(y, box[1]), box[3])];
        taken.push(box);
        return { x: left, y: top + high * 0.78, leader: away > 3 ? `M${at(x)} ${at(y)}L${at(end[0])} ${at(end[1])}` : "" };
      }
    return null;
  });
}

// The models that have both, in the order of their dates.
function pointsOf({ models }, x, y) {
  return models.filter(({ values }) => values[x] && values[y]).map((model) => ({ ...model, x: model.values[x], y: model.values[y] }));
}

// What a point is called where a reader looks at it.
function pointTitle({ words, quantities }, { name, said, x, y }, keys) {
  const values = keys.map((key, i) => [key, i ? y : x]).filter(([key]) => key !== "date");
  const told = values.map(([key, { shown, published }]) => filled(words.said, { series: quantities[key].label, value: shown, how: published ? words.published : words.recomputed }).replace("） ", "）"));
  return filled(words.point, { name, date: said, values: told.join(words.and) });
}

function chart(data, x, y, form) {
  const { words, quantities } = data;
  const { width, height, top, bottom, right, size, pad, labels } = FORMS[form];
  const points = pointsOf(data, x, y);
  if (points.length < 2) return `<p>${words.few}</p>`;
  const up = axis(quantities[y].scale, points.map((point) => point.y.n), bottom, top);
  const left = 12 + Math.max(...up.ticks.map(([, text]) => textWidth(text, 13)));
  const across = axis(quantities[x].scale, points.map((point) => point.x.n), left + 8, right - pad);
  const name = (key) => quantities[key].label + (quantities[key].scale === "log" ? words.log : "");
  const marked = points.map((point) => ({ ...point, px: across.place(point.x.n), py: up.place(point.y.n), r: MARKS[point.rank] }));
  const order = [...marked].sort((a, b) => labels.indexOf(a.rank) - labels.indexOf(b.rank)).filter(({ rank }) => labels.includes(rank));
  const text = (point) => [point.short, point.rank === "other" || form === "narrow" ? "" : point.y.shown];
  const places = placedLabels(
    order.map((point) => ({ x: point.px, y: point.py, r: point.r, wide: (textWidth(text(point).join(" "), size) + 4) * (point.rank === "main" ? 1.08 : 1), high: size + 3 })),
    [left + 2, top - 4, width - 2, bottom - 2],
    [...marked.map(({ px, py, r }) => [px - r, py - r, px + r, py + r]), ...(x === "date" ? [] : [[right - textWidth(name(x), 14) - 20, bottom - 26, right, bottom]])],
  );
  const spots = new Map(order.map((point, i) => [point.id, places[i]]));
  const line = x === "date" ? marked.filter(({ rank }) => rank === "main") : [];
  const mark = ({ id, href, rank, px, py, r, short, ...point }) => {
    const spot = spots.get(id);
    const published = point.y.published && (x === "date" || point.x.published);
    const [label, number] = text({ short, rank, ...point });
    const said = spot
      ? `${spot.leader ? `<path class="leader" d="${spot.leader}"/>` : ""}<text class="label" x="${at(spot.x)}" y="${at(spot.y)}"><tspan class="name">${label}</tspan>${number ? ` <tspan class="number">${number}</tspan>` : ""}</text>`
      : `<text class="label asked" x="${at(Math.min(px + r + 4, width - textWidth(label, size)))}" y="${at(py - r - 3)}"><tspan class="name">${label}</tspan></text>`;
    return `<a ${href} class="${rank}" data-id="${id}" data-x="${point.x.n}" data-y="${point.y.n}"><title>${pointTitle(data, { ...point }, [x, y])}</title><circle class="${published ? "published" : "recomputed"}" cx="${at(px)}" cy="${at(py)}" r="${r}"/>${said}</a>`;
  };
  const grid = up.ticks.map(([value, tick]) => `<line class="grid" x1="${at(left)}" x2="${right}" y1="${at(up.place(value))}" y2="${at(up.place(value))}"/><text class="tick" x="${at(left - 8)}" y="${at(up.place(value) + 4)}" text-anchor="end">${tick}</text>`);
  const below = across.ticks.map(([value, tick]) => `<line class="grid" x1="${at(across.place(value))}" x2="${at(across.place(value))}" y1="${top}" y2="${bottom + 6}"/><text class="tick" x="${at(across.place(value))}" y="${bottom + 20}" text-anchor="middle">${tick}</text>`);
  const minor = (up.minor ?? []).map((value) => `M${at(left)} ${at(up.place(value))}H${right}`);
  return `<svg class="ds-plot ds-trend ds-trend-${form}" role="group" aria-label="${filled(words.alternative, { x: quantities[x].label, y: quantities[y].label })}" viewBox="0 0 ${width} ${height}"><text class="axis" x="4" y="16">${name(y)}</text>${x === "date" ? "" : `<text class="axis" x="${right}" y="${bottom - 8}" text-anchor="end">${name(x)} →</text>`}<path class="grid minor" d="${minor.join("")}"/>${grid.join("")}${below.join("")}<line class="base" x1="${at(left)}" x2="${right}" y1="${bottom}" y2="${bottom}"/>${line.length > 1 ? `<path class="line" d="M${line.map(({ px, py }) => `${at(px)} ${at(py)}`).join("L")}"/>` : ""}${marked.map(mark).join("")}</svg>`;
}

function trendTable(data, x, y, title) {
  const { words, quantities } = data;
  const keys = [...(x === "date" ? [] : [x]), y];
  const heads = keys.map((key) => `<th scope="col" class="num">${quantities[key].label}</th>`).join("");
  const rows = pointsOf(data, x, y).map((model) => `<tr data-id="${model.id}"><th scope="row"><a ${model.href}>${model.short}</a></th><td>${model.month}</td>${keys.map((key) => `<td class="num">${model.values[key].html}</td>`).join("")}</tr>`);
  return `<div class="ds-scroll ds-trend-table" role="region" aria-label="${title}" tabindex="0"><table class="ds-table"><caption class="ds-hidden">${title}</caption><thead><tr><th scope="col">${words.model}</th><th scope="col">${words.date}</th>${heads}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

// The chart in both forms and the table beside it.
function trend(data, x, y, title) {
  const missing = data.models.filter(({ rank, values }) => rank === "main" && !(values[x] && values[y])).map(({ name }) => name);
  const left = missing.length ? `<p class="ds-legend">${filled(data.words.missing, { names: missing.join(data.words.listed) })}</p>` : "";
  return `<figure class="ds-figure ds-trend-figure">${chart(data, x, y, "wide")}${chart(data, x, y, "narrow")}<figcaption aria-live="polite"></figcaption></figure>${trendTable(data, x, y, title)}${left}`;
}
