
"use strict";
const audit = JSON.parse(document.getElementById("audit").textContent);
const cards = [...document.querySelectorAll(".card")];
const sounds = cards.map((card) => card.querySelector("audio"));
const follow = document.getElementById("follow");
const keys = { y: "right", p: "part", n: "wrong", s: "skip" };
const known = new Set(Object.values(keys));

// Marks are named by key and text, so that a page with a larger sample of the same draw goes on with them.
const { n, ...draw } = JSON.parse(audit.first_line);
const store = "mkaudio-audit " + JSON.stringify(draw);
const ids = audit.clips.map((clip) => JSON.stringify([clip.key, clip.prompt]));
let marks = {};
let here = 0;

function trouble(text) {
  const line = document.getElementById("trouble");
  line.textContent = text;
  line.hidden = false;
}

function load() {
  try {
    const kept = JSON.parse(localStorage.getItem(store) || "{}");
    for (const [id, mark] of Object.entries(kept)) if (known.has(mark)) marks[id] = mark;
  } catch {
    trouble("This browser keeps nothing for this page: download the marks before you close it.");
  }
}

function save() {
  try {
    localStorage.setItem(store, JSON.stringify(marks));
  } catch {
    trouble("This browser keeps nothing for this page: download the marks before you close it.");
  }
}

function show() {
  cards.forEach((card, place) => {
    const mark = marks[ids[place]] || "";
    card.dataset.mark = mark;
    card.classList.toggle("here", place === here);
    for (const button of card.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.mark === mark));
    }
  });
  const done = ids.filter((id) => id in marks).length;
  document.getElementById("progress").textContent = `${done} of ${ids.length} marked`;
  document.getElementById("meter").value = done;
}

function go(place) {
  here = Math.max(0, Math.min(cards.length - 1, place));
  show();
  cards[here].focus({ preventScroll: true });
  cards[here].scrollIntoView({ block: "nearest" });
}

function play() {
  sounds[here].play().catch((error) => {
    if (error.name === "NotSupportedError") trouble(`Clip ${here + 1}: this browser cannot play it.`);
  });
}

function set(place, mark) {
  marks[ids[place]] = mark;
  save();
  const after = ids.findIndex((id, other) => other > place && !(id in marks));
  const next = after >= 0 ? after : ids.findIndex((id) => !(id in marks));
  sounds[place].pause();
  go(next >= 0 ? next : place);
  if (next >= 0 && follow.checked) play();
}

function download() {
  const lines = ids.flatMap((id, place) => (id in marks ? [JSON.stringify({ ...audit.clips[place], mark: marks[id] })] : []));
  const blob = new Blob([[audit.first_line, ...lines, ""].join("\n")], { type: "application/x-ndjson" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = audit.marks_name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

cards.forEach((card, place) => {
  card.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) set(place, button.dataset.mark);
    else if (event.target.tagName !== "AUDIO") go(place);
  });
  sounds[place].addEventListener("play", () => {
    sounds.forEach((sound, other) => other !== place && sound.pause());
    here = place;
    show();
  });
});

document.getElementById("download").addEventListener("click", download);

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat && !event.key.startsWith("Arrow")) return;
  const key = event.key.toLowerCase();
  if (event.target.tagName === "AUDIO" && (key === " " || key.startsWith("arrow"))) return; // the player's own keys
  if (key in keys) set(here, keys[key]);
  else if (key === "u") {
    delete marks[ids[here]];
    save();
    show();
  } else if (key === " " && !event.target.closest("button, input")) {
    if (sounds[here].paused) play();
    else sounds[here].pause();
  } else if (key === "arrowdown" || key === "arrowright") go(here + 1);
  else if (key === "arrowup" || key === "arrowleft") go(here - 1);
  else return;
  event.preventDefault();
});

load();
const first = ids.findIndex((id) => !(id in marks));
go(Math.max(0, first));
