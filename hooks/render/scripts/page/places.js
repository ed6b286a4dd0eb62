// What an overview had before stands on pages of its own: an old address leads there.
function leadOn() {
  const id = decodeURIComponent(location.hash.slice(1));
  const moved = document.getElementById("ds-moved");
  if (!id || !moved || document.getElementById(id)) return;
  const part = Object.entries(JSON.parse(moved.textContent)).find(([, places]) => places.includes(id))?.[0];
  const tab = document.querySelector(`.ds-local a[data-part="${part}"]`);
  if (tab) location.replace(tab.href + location.hash);
}
addEventListener("hashchange", leadOn);
leadOn();
