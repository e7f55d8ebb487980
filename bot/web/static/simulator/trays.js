/** Small panels above the message box; one at a time, closed by Escape or a tap elsewhere. */

let shown = null;

/** Let a button open and close a panel. */
export function tray(button, panel) {
  button.addEventListener("click", () => (shown?.panel === panel ? closeTrays() : open(button, panel)));
  panel.addEventListener("keydown", (event) => step(event, panel));
}

export function closeTrays() {
  if (!shown) return;
  shown.panel.hidden = true;
  shown.button.setAttribute("aria-expanded", "false");
  shown = null;
}

function open(button, panel) {
  closeTrays();
  shown = { button, panel };
  panel.hidden = false;
  button.setAttribute("aria-expanded", "true");
  panel.querySelector("button").focus();
}

/** Arrow keys walk through the panel's buttons. */
function step(event, panel) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const buttons = [...panel.querySelectorAll("button")];
  buttons.at((buttons.indexOf(document.activeElement) + by) % buttons.length).focus();
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !shown) return;
  const { button } = shown;
  closeTrays();
  button.focus();
});

document.addEventListener("pointerdown", ({ target }) => {
  const isOwn = shown && [shown.panel, shown.button, document.getElementById("composer")].some((part) => part.contains(target));
  if (!isOwn) closeTrays();
});
