"use strict";
(() => {
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  const least = byId("least"), card = byId("card"), said = byId("said");
  const percent = (p) => p > 0 && p < 0.01 ? `${(100 * p).toFixed(1)} %` : p > 0.99 && p < 1 ? "over 99 %" : `${Math.round(100 * p)} %`;

  // Each change, its mark among the spun words, and the reading that a person chose.
  const changes = [];
  for (const row of all(".row:not(.head)")) {
    const marks = all("mark", row);
    all(".change", row).forEach((button, at) => {
      const readings = JSON.parse(button.dataset.readings);
      const spun = button.dataset.spun;
      changes.push({ button, mark: marks[at], spun, readings, likely: Number(button.dataset.likely), chosen: null });
    });
  }
  const number = new Map(changes.map((change, at) => [change.button, at]));
  const written = (change) => {
    if (change.chosen !== null) return change.chosen;
    // At the end of the slider nothing is sure enough.
    const bar = Number(least.value);
    return bar < 100 && 100 * change.likely >= bar ? change.readings[0][0] : change.spun;
  };

  const show = () => {
    let taken = 0;
    for (const change of changes) {
      const words = written(change), left = words === change.spun;
      if (change.button.textContent !== words) change.button.textContent = words;
      change.button.classList.toggle("left", left);
      change.button.classList.toggle("chosen", change.chosen !== null);
      change.button.setAttribute("aria-label", left ? `${words}, left as it is` : `${words}, for ${change.spun}`);
      if (change.mark) change.mark.classList.toggle("left", left);
      taken += left ? 0 : 1;
    }
    byId("least-shown").value = `${least.value} %`;
    byId("accepted").textContent = `${taken} of ${changes.length} ${changes.length === 1 ? "change" : "changes"} accepted`;
  };

  let open = null;
  const close = () => {
    if (open && open.mark) open.mark.classList.remove("at");
    open = null;
    card.hidden = true;
  };
  const choose = (change, words) => {
    change.chosen = words;
    show();
    fill(change);
  };
  const fill = (change) => {
    card.replaceChildren();
    const readings = change.readings.slice();
    if (!readings.some(([words]) => words === change.spun)) readings.push([change.spun, 0]);
    readings.slice(0, 9).forEach(([words, likely], at) => {
      const button = document.createElement("button");
      button.type = "button";
      button.tabIndex = -1;
      button.setAttribute("aria-pressed", String(written(change) === words));
      const key = document.createElement("span"), share = document.createElement("span");
      const text = document.createElement("bdi");
      key.textContent = String(at + 1);
      text.textContent = words === change.spun ? `${words} (as it stands)` : words;
      share.textContent = percent(likely);
      button.append(key, text, share);
      button.addEventListener("mousedown", (event) => event.preventDefault());
      button.addEventListener("click", () => choose(change, words));
      card.append(button);
    });
  };
  const reveal = (change) => {
    if (open === change) return;
    close();
    open = change;
    fill(change);
    if (change.mark) change.mark.classList.add("at");
    card.hidden = false;
    const at = change.button.getBoundingClientRect();
    const edge = document.documentElement.clientWidth - card.offsetWidth - 8;
    card.style.left = `${Math.max(8, Math.min(at.left, edge)) + window.scrollX}px`;
    card.style.top = `${at.bottom + 4 + window.scrollY}px`;
  };

  for (const change of changes) {
    change.button.removeAttribute("title");
    change.button.addEventListener("mouseenter", () => reveal(change));
    change.button.addEventListener("focus", () => reveal(change));
    change.button.addEventListener("click", () => {
      const first = change.readings[0][0];
      reveal(change);
      choose(change, written(change) === change.spun ? first : change.spun);
    });
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest(".change, #card")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return close();
    const at = number.get(document.activeElement);
    if (at === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step) {
      const next = changes[at + step];
      if (next) next.button.focus();
      event.preventDefault();
    } else if (/^[1-9]$/.test(event.key)) {
      const button = card.children[Number(event.key) - 1];
      if (open && button) button.click();
    }
  });

  least.addEventListener("input", show);
  byId("reset").addEventListener("click", () => {
    for (const change of changes) change.chosen = null;
    close();
    show();
  });

  let quiet;
  const tell = (words) => {
    said.textContent = words;
    clearTimeout(quiet);
    quiet = setTimeout(() => said.replaceChildren(), 4000);
  };
  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    tell(`${what} copied`);
  };
  const restored = (article) => all(".row:not(.head)", article)
    .map((row, at) => (at === 0 ? "" : "apart" in row.dataset ? "\n\n" : "\n") + row.querySelector(".restored").textContent)
    .join("") + "\n";
  const queries = (article) => all("[data-query]", article)
    .sort((a, b) => a.dataset.query - b.dataset.query)
    .map((sentence) => `"${sentence.textContent.trim().replace(/\s+/g, " ").replaceAll('"', "")}"`);
  for (const article of all(".article")) {
    article.querySelector(".copy-text").addEventListener("click", () => copy(restored(article), "The restored text is"));
    article.querySelector(".copy-queries").addEventListener("click", () => {
      const found = queries(article);
      copy(found.join("\n"), `${found.length} search queries are`);
    });
  }
  // For tests of the page.
  window.unspin = { restored, queries };
  show();
})();
