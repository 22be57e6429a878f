"use strict";
(() => {
  const root = document.documentElement;
  root.classList.add("js");

  // Contents: open beside the page, folded above it on a phone.
  const contents = document.getElementById("contents");
  const wide = matchMedia("(min-width: 70rem)");
  const fit = () => { contents.open = wide.matches; };
  fit();
  wide.addEventListener("change", fit);
  contents.addEventListener("click", (event) => {
    if (event.target.closest("a") && !wide.matches) contents.open = false;
  });
  contents.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !wide.matches) {
      contents.open = false;
      contents.firstElementChild.focus();
    }
  });
  const links = new Map([...contents.querySelectorAll("a")].map((a) => [a.hash.slice(1), a]));
  const seen = new Map();
  const mark = () => {
    const first = [...links.keys()].find((key) => seen.get(key));
    for (const [key, a] of links) {
      if (key === first) a.setAttribute("aria-current", "true");
      else a.removeAttribute("aria-current");
    }
  };
  const watch = new IntersectionObserver((entries) => {
    for (const each of entries) seen.set(each.target.id, each.isIntersecting);
    mark();
  }, { rootMargin: "-20% 0px -60% 0px" });
  for (const key of links.keys()) watch.observe(document.getElementById(key));

  // A link to a place that is folded away opens it.
  const reveal = () => {
    let id = "";
    try { id = decodeURIComponent(location.hash.slice(1)); } catch { return; }
    const place = id && document.getElementById(id);
    if (!place) return;
    for (let at = place; at; at = at.parentElement) if (at.localName === "details") at.open = true;
    place.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // In print nothing but the tables of figures is folded.
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.group:not([open])")];
    for (const each of opened) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of opened) each.open = false; });

  // The data: a table's CSV is in the page, or its cells give it.
  const entities = { "&lt;": "<", "&amp;": "&", "&#13;": "\r", "&#0;": "\0" };
  const field = (text) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const csvOf = (key) => {
    const held = document.getElementById(`${key}-csv`);
    if (held) return held.textContent.replace(/&(?:lt|amp|#13|#0);/g, (each) => entities[each]);
    const rows = [...document.getElementById(`${key}-t`).rows];
    return rows.map((row) => {
      const line = [...row.cells].map((cell) => field(cell.dataset.v ?? cell.textContent)).join(",");
      return row.cells.length === 1 && line === "" ? '""' : line;
    }).join("\n") + "\n";
  };
  const parsed = (text) => {
    const rows = [];
    let row = [], value = "", quoted = false;
    for (let at = 0; at < text.length; at++) {
      const c = text[at];
      if (quoted) {
        if (c !== '"') value += c;
        else if (text[at + 1] === '"') { value += c; at++; } else quoted = false;
      } else if (c === '"') quoted = true;
      else if (c === ",") { row.push(value); value = ""; }
      else if (c === "\n") { row.push(value); rows.push(row); row = []; value = ""; }
      else value += c;
    }
    return rows;
  };

  // Numbers as tasks/report/cells.py shows them.
  const thousands = (digits) => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const powers = (n) => [...String(n)].map((c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]).join("");
  const shown = (raw, form) => {
    if (raw === "") return "–";
    if (form === "t") return raw === "true" ? "yes" : raw === "false" ? "no" : raw.replace(/\s/g, " ").replace(/[\p{C}]/gu, "\ufffd");
    if (form === "y") return raw.replace("-", "−");
    const value = Number(raw), size = Math.abs(value), decimals = Number(form);
    if (value === 0) return "0";
    if (!Number.isFinite(value)) return raw;
    let text;
    if (size < 1e-4) {
      const [digits, exponent] = size.toExponential(1).split("e");
      text = `${digits} × 10${powers(Number(exponent))}`;
    } else if (size < 10 ** -decimals) text = size.toFixed(1 - Math.floor(Math.log10(size)));
    else {
      const [whole, rest] = size.toFixed(decimals).split(".");
      text = thousands(whole) + (rest ? `.${rest}` : "");
    }
    return value < 0 ? `−${text}` : text;
  };

  const FIRST = 200;
  const element = (name, attributes = {}, text = null) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== null) made.textContent = text;
    return made;
  };
  const fill = (body, rows, forms) => {
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((raw, at) => {
        const isHead = at === 0 && forms[at] === "t";
        const cell = element(isHead ? "th" : "td", isHead ? { scope: "row" } : {}, shown(raw, forms[at]));
        if (forms[at] !== "t") cell.className = "n";
        else if (raw.split(/\s+/).some((word) => word.length > 30)) cell.className = "long";
        else if (raw.length > 30) cell.className = "wide";
        line.append(cell);
      });
    }
  };
  const tableOf = (key) => {
    const held = document.getElementById(`${key}-csv`);
    const [names, ...rows] = parsed(csvOf(key));
    const forms = held.dataset.forms.split(" ");
    const region = element("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": held.dataset.caption });
    const table = element("table");
    const caption = element("caption");
    caption.append(element("span", {}, held.dataset.caption));
    table.append(caption);
    const head = table.createTHead().insertRow();
    names.forEach((name, at) => head.append(element("th", { scope: "col", class: forms[at] === "t" ? "" : "n" }, name)));
    const body = table.createTBody();
    fill(body, rows.slice(0, FIRST), forms);
    region.append(table);
    const made = [region];
    if (rows.length > FIRST) {
      const more = element("button", { type: "button" }, `Show all ${thousands(String(rows.length))} rows`);
      more.addEventListener("click", () => { fill(body, rows.slice(FIRST), forms); more.remove(); region.focus(); });
      made.push(more);
    }
    return made;
  };
  document.addEventListener("toggle", (event) => {
    const place = event.target.open && event.target.querySelector?.(":scope > .made");
    if (place) place.replaceWith(...tableOf(place.dataset.for));
  }, true);

  // Downloads of what is in the page; without this script the links lead to the files beside it.
  const save = (blob, name) => {
    const link = element("a", { href: URL.createObjectURL(blob), download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };
  const svgOf = (key) => {
    const figure = document.getElementById(key);
    const found = [...figure.querySelectorAll(".picture svg")];
    const copy = (found.find((svg) => svg.checkVisibility?.() ?? true) ?? found[0]).cloneNode(true);
    const box = copy.viewBox.baseVal;
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    copy.setAttribute("width", box.width);
    copy.setAttribute("height", box.height);
    copy.setAttribute("font-family", getComputedStyle(found[0]).fontFamily);
    copy.removeAttribute("style");
    const text = new XMLSerializer().serializeToString(copy).replace(/var\(--[\w-]+,\s*(#[0-9a-f]+)\)/gi, "$1");
    return { blob: new Blob([text], { type: "image/svg+xml" }), width: box.width, height: box.height };
  };
  const pngOf = async (key) => {
    const { blob, width, height } = svgOf(key);
    const picture = new Image(), url = URL.createObjectURL(blob), scale = 2;
    picture.width = width * scale;
    picture.height = height * scale;
    picture.src = url;
    await picture.decode();
    const canvas = element("canvas", { width: Math.floor(width * scale), height: Math.floor(height * scale) });
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(url);
    return new Promise((done) => { canvas.toBlob(done, "image/png"); });
  };
  for (const each of document.querySelectorAll(".downloads[hidden]")) each.hidden = false;
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-csv], [data-svg], [data-png]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const { csv, svg, png } = link.dataset;
    if (csv) save(new Blob([csvOf(csv)], { type: "text/csv;charset=utf-8" }), `${csv}.csv`);
    else if (svg) save(svgOf(svg).blob, `${svg}.svg`);
    else if (png) save(await pngOf(png), `${png}.png`);
  });
})();
