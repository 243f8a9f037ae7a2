/* Copies citations and quotations on request; everything else works without script. */
const told = document.getElementById("meldung");
async function copy(text) {
  await navigator.clipboard.writeText(text);
  told.textContent = "";
  setTimeout(() => { told.textContent = "Kopiert"; }, 50);
}
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await copy(document.getElementById(button.dataset.copy).textContent.trim());
    button.textContent = "Kopiert";
  });
}

/* The selected words of a document with their reference: page, version, address of the paragraph. */
const text = document.querySelector(".text[data-before]"), quote = document.querySelector("button[data-quote]");
let chosen = null;
function place(node, selector) {
  return (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement).closest(selector);
}
if (text && quote && navigator.clipboard) {
  document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (document.activeElement === quote) return;
    const words = selection.rangeCount && text.contains(selection.anchorNode) ? selection.toString().trim() : "";
    chosen = words ? { words, range: selection.getRangeAt(0).cloneRange() } : null;
    quote.hidden = !chosen;
  });
  quote.addEventListener("mousedown", (event) => event.preventDefault());
  quote.addEventListener("click", async () => {
    if (!chosen) return;
    const start = chosen.range.startContainer;
    const section = place(start, "section"), paragraph = place(start, "p[id]");
    const page = section && section.hasAttribute("aria-labelledby") ? `, S. ${section.id.slice(6)}` : "";
    const words = chosen.words.replace(/\s+/g, " ");
    const anchor = paragraph ? `#${paragraph.id}` : "";
    await copy(`„${words}“ (${text.dataset.before}${page}${text.dataset.after}${text.dataset.address}${anchor})`);
    quote.textContent = "Kopiert";
    setTimeout(() => { quote.textContent = "Zitat kopieren"; }, 2000);
  });
}
