// SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
// SPDX-License-Identifier: Apache-2.0
// Keeps the page fresh: fetches it again and puts the new parts (those with the attribute data-live) in the place
// of the old ones. Where one is reading stays where it is. Everything works without this script.
"use strict";
(() => {
  const PERIOD_MS = 10000;
  const button = document.getElementById("refresh");
  if (!button) return;
  let isOn = true, timer = 0, failures = 0;
  try { isOn = sessionStorage.getItem("refresh") !== "off"; } catch (e) { /* storage is forbidden: it stays on */ }

  function show() {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(isOn));
    button.textContent = !isOn ? "Refresh is off" : failures > 0 ? "No answer, trying again" : "Refreshes every 10 s";
  }

  function keep(old, fresh) {
    for (const box of old.querySelectorAll(".scroll[id]")) {
      const now = fresh.querySelector("#" + CSS.escape(box.id));
      if (now) requestAnimationFrame(() => { now.scrollLeft = box.scrollLeft; });
    }
    for (const box of old.querySelectorAll("details[id][open]")) {
      const now = fresh.querySelector("#" + CSS.escape(box.id));
      if (now) now.open = true;
    }
  }

  // How to find the element again in the new page: by its id, else by where its link leads.
  function finder(element) {
    if (!element || element === document.body) return null;
    if (element.id) return "#" + CSS.escape(element.id);
    const link = element.getAttribute("href");
    return link === null ? null : element.localName + "[href=\"" + CSS.escape(link) + "\"]";
  }

  function replace(page) {
    for (const old of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(old.id);
      if (!fresh || old.innerHTML === fresh.innerHTML) continue;
      const way = old.contains(document.activeElement) ? finder(document.activeElement) : null;
      const node = document.importNode(fresh, true);
      keep(old, node);
      old.replaceWith(node);
      const again = way ? node.querySelector(way) : null;
      if (again) again.focus({ preventScroll: true });
    }
    if (page.title) document.title = page.title;
  }

  async function refresh() {
    if (isOn && !document.hidden) {
      try {
        const answer = await fetch(location.href, { cache: "no-store", headers: { Accept: "text/html" } });
        if (!answer.ok) throw new Error(String(answer.status));
        replace(new DOMParser().parseFromString(await answer.text(), "text/html"));
        failures = 0;
      } catch (e) {
        failures++;
      }
      show();
    }
    timer = setTimeout(refresh, PERIOD_MS * Math.min(1 + failures, 6));
  }

  button.addEventListener("click", () => {
    isOn = !isOn;
    try { sessionStorage.setItem("refresh", isOn ? "on" : "off"); } catch (e) { /* as above */ }
    clearTimeout(timer);
    show();
    refresh();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { clearTimeout(timer); refresh(); }
  });
  show();
  timer = setTimeout(refresh, PERIOD_MS);
})();
