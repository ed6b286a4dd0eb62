// Scripts are asked for once a page is painted, which may be after it counts as loaded.
() => new Promise((done) => {
  const look = () => document.documentElement.matches(".js:has(script[data-src]), .ds-stand-in") ? setTimeout(look, 5) : done();
  look();
})
