// Scripts are asked for once a page is painted, which may be after it counts as loaded; a page that fades in takes no click before it has.
() => new Promise((done) => {
  const look = () => document.activeViewTransition || document.documentElement.matches(".js:has(script[data-src]), .ds-stand-in") ? setTimeout(look, 5) : done();
  look();
})
