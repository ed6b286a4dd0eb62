// The sheet alone is printed: A3.
const print = document.querySelector("[data-print-poster]");
print.hidden = false;
print.addEventListener("click", async () => {
  await Promise.allSettled([...document.querySelectorAll(".ds-poster img")].map((picture) => ((picture.loading = "eager"), picture.decode())));
  document.documentElement.classList.add("ds-sheet");
  addEventListener("afterprint", () => document.documentElement.classList.remove("ds-sheet"), { once: true });
  window.print();
});
