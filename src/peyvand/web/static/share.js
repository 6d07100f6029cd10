// A run's page: its address to the clipboard.
for (const button of document.querySelectorAll("[data-copy]")) button.addEventListener("click", async () => {
  try { await navigator.clipboard.writeText(location.href.split("#")[0]); button.textContent = button.dataset.copy; } catch { location.hash = ""; }
});
