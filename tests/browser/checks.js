// What tests/browser/checks.py asks of a page; each function gives lines or objects.
({
  tooWide() {
    const wide = document.documentElement.scrollWidth, room = window.innerWidth;
    if (wide <= room) return [];
    const clipped = ["auto", "scroll", "hidden", "clip"];
    const inside = (element) => {
      for (let above = element.parentElement; above && above !== document.body; above = above.parentElement)
        if (clipped.includes(getComputedStyle(above).overflowX)) return true;
      return false;
    };
    const name = (element) =>
      `${element.tagName.toLowerCase()}#${element.id || "?"} in #${(element.parentElement.closest("[id]") || {}).id}`;
    const out = [...document.body.querySelectorAll("*")].filter(
      (each) => each.getBoundingClientRect().right > room + 1 && each.checkVisibility() && !inside(each));
    return [`${wide} px wide in a window of ${room}: ${out.slice(0, 5).map(name).join(", ")}`];
  },

  headings() {
    const found = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")], wrong = [];
    if (found.filter((each) => each.tagName === "H1").length !== 1) wrong.push("not one h1");
    let before = 0;
    for (const each of found) {
      const level = +each.tagName[1], words = each.textContent.trim();
      if (!words) wrong.push(`an empty ${each.tagName}`);
      if (level > before + 1) wrong.push(`${each.tagName} "${words}" follows H${before}`);
      before = level;
    }
    const ids = new Map();
    for (const each of document.querySelectorAll("[id]")) ids.set(each.id, (ids.get(each.id) || 0) + 1);
    for (const [id, times] of ids) if (times > 1) wrong.push(`the id ${id} is there ${times} times`);
    return wrong;
  },

  async figures() {
    // A large table is made when it is opened first.
    for (const each of document.querySelectorAll("figure :is(summary, button[aria-expanded])")) each.click();
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const words = (element) => (element ? element.textContent.trim() : "");
    return [...document.querySelectorAll("figure")].map((figure) => {
      const picture = figure.querySelector("svg, img, [role=img]");
      const named = picture && (picture.getAttribute("aria-label") || picture.getAttribute("alt")
        || (picture.getAttribute("aria-labelledby") || "").split(/\s+/).filter(Boolean)
          .map((id) => words(document.getElementById(id))).join(" ")
        || words(picture.querySelector(":scope > title")));
      const opener = figure.querySelector("summary, button[aria-expanded]");
      return {
        key: figure.id, picture: !!picture, alt: (named || "").trim(), caption: words(figure.querySelector("figcaption")),
        opener: words(opener), table: !!figure.querySelector("table"),
      };
    });
  },

  links() {
    return [...document.querySelectorAll("a[href]")].map((each) => ({
      href: each.getAttribute("href"),
      words: each.textContent.trim() || each.getAttribute("aria-label") || "",
      there: !each.hash || each.getAttribute("href")[0] !== "#"
        || !!document.getElementById(decodeURIComponent(each.hash.slice(1))),
    }));
  },

  unseen() {
    return [...document.querySelectorAll("main h1, main h2, figure")]
      .filter((each) => !each.checkVisibility({ visibilityProperty: true, opacityProperty: true })
        || !each.getBoundingClientRect().height)
      .map((each) => `${each.tagName.toLowerCase()} ${each.id || each.textContent.trim()} is not shown`);
  },

  focused() {
    const each = document.activeElement, box = each.getBoundingClientRect();
    return {
      tag: each.tagName, href: each.getAttribute("href") || "", words: each.textContent.trim(),
      seen: box.width > 1 && box.height > 1 && box.top >= 0 && box.left >= 0,
    };
  },
})
