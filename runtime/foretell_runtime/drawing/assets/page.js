// Shows the drawing and moves it about. Where no image came with the page, Graphviz, which then
// did, makes one of the DOT text. Knows nothing of workflows.
"use strict";
(() => {
  const stage = document.getElementById("stage");
  const state = document.getElementById("state");
  const view = { x: 0, y: 0, scale: 1 };
  let picture = null;
  let size = { width: 1, height: 1 };

  function place() {
    picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  }

  function centre(scale) {
    view.scale = scale;
    view.x = Math.max(12, (stage.clientWidth - size.width * scale) / 2);
    view.y = Math.max(12, (stage.clientHeight - size.height * scale) / 2);
    place();
  }

  function fit() {
    const across = (stage.clientWidth - 24) / size.width;
    const down = (stage.clientHeight - 24) / size.height;
    centre(Math.max(0.02, Math.min(across, down, 1.6)));
  }

  function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
    const scale = Math.min(16, Math.max(0.02, view.scale * factor));
    view.x = x - ((x - view.x) * scale) / view.scale;
    view.y = y - ((y - view.y) * scale) / view.scale;
    view.scale = scale;
    place();
  }

  function move(x, y) {
    view.x += x;
    view.y += y;
    place();
  }

  const keys = {
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8),
    "0": fit, "1": () => centre(1),
    ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0),
    ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60),
  };

  function listen() {
    const held = new Map();
    let apart = 0;
    document.getElementById("in").onclick = keys["+"];
    document.getElementById("out").onclick = keys["-"];
    document.getElementById("fit").onclick = fit;
    document.getElementById("whole").onclick = keys["1"];
    document.addEventListener("keydown", (event) => {
      const act = keys[event.key];
      if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key.startsWith("Arrow") && document.activeElement !== stage) return;
      act();
      event.preventDefault();
    });
    stage.addEventListener("wheel", (event) => {
      const box = stage.getBoundingClientRect();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-event.deltaY * lines * 0.0015), event.clientX - box.x, event.clientY - box.y);
      event.preventDefault();
    }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      held.set(event.pointerId, event);
      apart = 0;
      stage.setPointerCapture(event.pointerId);
      stage.classList.add("held");
    });
    stage.addEventListener("pointermove", (event) => {
      const before = held.get(event.pointerId);
      if (!before) return;
      held.set(event.pointerId, event);
      if (held.size === 1) return move(event.clientX - before.clientX, event.clientY - before.clientY);
      const [one, two] = held.values();
      const now = Math.hypot(one.clientX - two.clientX, one.clientY - two.clientY);
      if (apart) {
        const box = stage.getBoundingClientRect();
        zoom(now / apart, (one.clientX + two.clientX) / 2 - box.x, (one.clientY + two.clientY) / 2 - box.y);
      }
      apart = now;
    });
    const release = (event) => {
      held.delete(event.pointerId);
      apart = 0;
      if (!held.size) stage.classList.remove("held");
    };
    stage.addEventListener("pointerup", release);
    stage.addEventListener("pointercancel", release);
    let kept = recall();
    new ResizeObserver(() => {
      if (!kept) fit();
      kept = false;
    }).observe(stage);
  }

  // A page that is written anew while a run goes on comes back as it was looked at.
  const live = document.body.dataset.live === "yes";
  const memory = `foretell ${location.pathname}`;

  function recall() {
    try {
      const kept = live && JSON.parse(sessionStorage.getItem(memory));
      if (!kept) return false;
      Object.assign(view, kept);
      place();
      return true;
    } catch {
      return false;
    }
  }

  function comeBack() {
    try {
      sessionStorage.setItem(memory, JSON.stringify(view));
    } catch {
      // Then it is fitted to the window again.
    }
    location.reload();
  }

  if (live) setTimeout(comeBack, 1000);

  function show(svg) {
    picture = svg;
    const box = svg.viewBox.baseVal;
    const points = 4 / 3;
    size = { width: box.width * points, height: box.height * points };
    svg.setAttribute("width", size.width);
    svg.setAttribute("height", size.height);
    state.textContent = "";
    fit();
    listen();
  }

  const ready = stage.querySelector("svg");
  if (ready) return show(ready);
  const failed = (error) => {
    state.textContent = `The drawing could not be made here: ${error.message ?? error}\nIts DOT text is below.`;
  };
  const laidOut = (viz, text) => {
    const made = viz.render(text, { format: "svg" });
    if (made.status === "success" && !made.errors.some((said) => said.level === "error")) {
      return new DOMParser().parseFromString(made.output, "image/svg+xml").documentElement;
    }
    // Graphviz loses edges at times where a frame is left and entered again, unless told this.
    return viz.renderSVGElement(text, { graphAttributes: { newrank: true } });
  };
  Viz.instance().then((viz) => {
    const svg = laidOut(viz, document.getElementById("dot").textContent);
    stage.prepend(svg);
    show(svg);
  }).catch(failed);
})();
