// The scripts of the search without a browser: what they ask of one, and `ask`, which answers texts as JSON in `asked`.
const document = {
  createElement: () => ({ remove() {} }),
  head: {
    append(script) {
      (0, eval)(PIECES[script.src.slice(1)]);
      script.onload();
    },
  },
};
globalThis.window = globalThis;
globalThis.TextDecoder = class {
  decode = () => COMMON; // the characters of GB 2312, in their order
};

globalThis.ask = (texts) => {
  const answer = async (text) => {
    const meant = await understood(text);
    meant.stands = true;
    const found = find(meant);
    const hits = found.pages.slice(0, 5).map(({ page, sections }) => [head.pages[page][0], sections().slice(0, 3)]);
    const answers = await answersTo(meant, found);
    return [answers, hits, answers.length ? [] : found.lacks];
  };
  const all = async () => {
    await open("/");
    const found = [];
    for (const text of JSON.parse(texts)) found.push(await answer(text));
    return JSON.stringify(found);
  };
  all().then((found) => (globalThis.asked = found), (error) => (globalThis.asked = `${error}\n${error.stack}`));
};
