/** The side panels, which become drawers when the window is narrow. */

import { byId } from "./dom.js";

const DRAWERS = [
  { panel: byId("people"), opener: byId("open-people"), narrow: matchMedia("(max-width: 779px)") },
  { panel: byId("desk"), opener: byId("open-desk"), narrow: matchMedia("(max-width: 1119px)") },
];
const scrim = byId("scrim");
const stage = document.querySelector(".stage");

export const openPeople = () => open(DRAWERS[0]);

/** Close whatever is open and give the focus back. */
export function closeDrawers() {
  const opened = DRAWERS.find(({ panel }) => panel.hasAttribute("data-open"));
  opened?.panel.removeAttribute("data-open");
  settle();
  if (opened?.narrow.matches) opened.opener.focus();
}

function open(drawer) {
  if (!drawer.narrow.matches) return;
  drawer.panel.setAttribute("data-open", "");
  settle();
  const first = ["[aria-current]", ".card", "button"].map((each) => drawer.panel.querySelector(each)).find(Boolean);
  first.focus();
}

/** A closed drawer cannot be reached; behind an open one nothing can. */
function settle() {
  const opened = DRAWERS.find(({ panel, narrow }) => narrow.matches && panel.hasAttribute("data-open"));
  for (const drawer of DRAWERS) {
    const isReachable = opened ? opened === drawer : !drawer.narrow.matches;
    drawer.panel.toggleAttribute("inert", !isReachable);
    drawer.opener.setAttribute("aria-expanded", String(drawer === opened));
  }
  stage.toggleAttribute("inert", Boolean(opened));
  scrim.hidden = !opened;
}

for (const drawer of DRAWERS) {
  drawer.opener.addEventListener("click", () => open(drawer));
  drawer.panel.querySelector("[data-close]").addEventListener("click", closeDrawers);
  drawer.narrow.addEventListener("change", settle);
}
scrim.addEventListener("click", closeDrawers);
document.addEventListener("keydown", (event) => event.key === "Escape" && !scrim.hidden && closeDrawers());
settle();
