// A page with two views: the one that an anchor is in opens, and the address names the chosen one.
const views = document.querySelector(".ds-views");
const viewButton = id => views.querySelector(`input[value="${CSS.escape(id)}"]`);
const openView = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const view = target && target.closest(".ds-view");
  if (!view || viewButton(view.id).checked) return;
  viewButton(view.id).checked = true;
  target.scrollIntoView();
};
if (views) {
  openView();
  addEventListener("hashchange", openView);
  views.addEventListener("change", event => {
    if (event.target.name === "ds-view") history.replaceState(null, "", `#${event.target.value}`);
  });
}
