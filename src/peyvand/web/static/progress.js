// Follows a run: each event moves the bar; when it is over the page shows what came of it.
const place = document.getElementById("progress");
const bar = place.querySelector("progress"), words = place.querySelector(".step");
const source = new EventSource(place.dataset.events);
source.addEventListener("progress", event => {
  const now = JSON.parse(event.data);
  bar.value = now.share;
  words.textContent = now.step;
  if (!["waiting", "running"].includes(now.state)) { source.close(); location.reload(); }
});
