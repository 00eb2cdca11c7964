// The page: puts the parts together. Each part is a module of its own.

import { answerStream } from "./answer-stream.js";
import { ApiFailure, useKey } from "./api.js";
import { CodePanel } from "./code-panel.js";
import { Conversation } from "./conversation.js";
import { announce, byId, element } from "./dom.js";
import { planPicture } from "./image-plan.js";
import { showModel } from "./model.js";
import { Picture } from "./picture.js";
import { takePictures } from "./picture-drop.js";
import { PictureStage, SampleShelf } from "./picture-stage.js";
import { openQuestions } from "./samples.js";
import { answerShape, offerEdges, pictureBudget, watchSettings, wrongControl } from "./settings.js";
import { TurnView } from "./transcript.js";

const stage = new PictureStage();
const code = new CodePanel();
const shelf = new SampleShelf(chooseSample);

let model = "";
let conversation = new Conversation();
let questions = openQuestions;
let running = null;
let planning = null;
let failedTurn = null;
let askAgain = null;

takePictures((files, add) => {
  if (!add) {
    startOver(true);
    shelf.mark(null);
  }
  questions = openQuestions;
  addPictures(files.map(Picture.ofFile));
});
watchSettings(planAgain, showCode);
byId("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  ask(byId("question").value);
});
byId("question").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    byId("composer").requestSubmit();
  }
});
byId("question").addEventListener("input", showCode);
byId("stop").addEventListener("click", () => running?.abort());
byId("again").addEventListener("click", () => {
  startOver();
  announce("New conversation.");
  byId("question").focus();
});
byId("remove").addEventListener("click", removePicture);
byId("key-form").addEventListener("submit", (event) => {
  event.preventDefault();
  useKey(byId("key").value);
  byId("key").value = "";
  byId("key-form").hidden = true;
  connect();
});
suggest();
showCode();
connect();

/** Learns which model answers; then does what waited for a key. */
async function connect() {
  try {
    model = await showModel();
    problem("");
    planAgain();
    showCode();
    askAgain?.();
  } catch (failure) {
    if (failure.needsKey) {
      wantKey(failure);
    } else {
      problem(failure.message);
    }
  }
}

function wantKey(failure) {
  byId("key-form").hidden = false;
  byId("key-problem").textContent = failure.message;
  problem("");
  byId("key").focus();
}

function problem(text) {
  byId("problem").textContent = text;
}

async function chooseSample(sample) {
  try {
    const picture = await Picture.ofSample(sample);
    startOver(true);
    shelf.mark(sample.file);
    questions = sample.questions;
    addPictures([picture]);
  } catch (failure) {
    problem(failure.message);
  }
}

function addPictures(pictures) {
  problem("");
  conversation.waiting.push(...pictures);
  stage.show(conversation.pictures);
  announce(`${pictures.map((picture) => picture.description).join(", ")}: ready to be asked about.`);
  suggest();
  showCode();
  planAgain();
}

/** Takes out the picture in view. One that was asked about already ends the conversation. */
function removePicture() {
  const picture = stage.shown;
  if (conversation.waiting.includes(picture)) {
    conversation.waiting = conversation.waiting.filter((each) => each !== picture);
    picture.forget();
    stage.show(conversation.pictures);
  } else {
    startOver(true);
  }
  if (conversation.pictures.length === 0) {
    shelf.mark(null);
    questions = openQuestions;
    byId("file").focus();
  }
  suggest();
  showCode();
  announce("Picture removed.");
}

/** Forgets the conversation; its pictures stay to be asked about unless they go too. */
function startOver(withPictures = false) {
  running?.abort();
  const pictures = conversation.pictures;
  conversation = new Conversation();
  failedTurn = null;
  askAgain = null;
  byId("turns").replaceChildren();
  byId("again").hidden = true;
  problem("");
  if (withPictures) {
    pictures.forEach((picture) => picture.forget());
  } else {
    conversation.waiting = pictures;
  }
  stage.show(conversation.pictures);
  suggest();
  showCode();
}

/** Asks the service what it makes of each picture, with the budget as it is set now. */
async function planAgain() {
  planning?.abort();
  planning = new AbortController();
  const { signal } = planning;
  showCode();
  for (const picture of conversation.pictures) {
    await planPicture(picture, signal);
    if (signal.aborted) {
      return;
    }
    if (picture.plan) {
      offerEdges(picture.plan);
    }
    stage.refresh();
  }
}

async function ask(text) {
  const question = text.trim();
  if (running || !question) {
    byId("question").focus();
    return;
  }
  const wrong = wrongControl();
  if (wrong) {
    byId("more").open = true;
    byId(wrong).reportValidity();
    return;
  }
  problem("");
  failedTurn?.remove();
  failedTurn = null;
  askAgain = null;
  const asked = conversation;
  const turn = asked.turn(question);
  const view = new TurnView(turn);
  const abort = new AbortController();
  running = abort;
  busy(true);
  byId("question").value = "";
  announce("Asked.");
  try {
    const messages = await asked.messages(turn, (picture) => picture.dataUri());
    for await (const piece of answerStream(body(messages), abort.signal)) {
      view.add(piece);
      turn.answer += piece.text ?? "";
      noteImages(asked, turn, piece.images);
    }
    view.finish();
    asked.keep(turn);
    announce(turn.answer);
  } catch (failure) {
    if (failure.name === "AbortError") {
      view.stopped();
      asked.keep(turn);
      announce("Stopped.");
    } else {
      failed(failure, view, question, asked);
    }
  } finally {
    running = null;
    busy(false);
    suggest();
    showCode();
  }
}

function failed(failure, view, question, asked) {
  if (asked !== conversation) {
    return;
  }
  const known = failure instanceof ApiFailure ? failure : new ApiFailure("This page failed to read the answer.");
  const again = () => {
    byId("question").value = "";
    ask(question);
  };
  if (known.needsKey) {
    view.remove();
    askAgain = again;
    wantKey(known);
  } else {
    view.failed(known, again);
    failedTurn = view;
    announce(`That went wrong. ${known.message}`);
  }
  byId("question").value = question;
}

/** What the service says of the pictures is surer than what it planned. */
function noteImages(asked, turn, images) {
  if (images) {
    [...asked.turns.flatMap((each) => each.pictures), ...turn.pictures].forEach((picture, n) => {
      picture.plan = images[n] ?? picture.plan;
    });
    stage.refresh();
  }
}

function body(messages) {
  const { pictures } = conversation;
  return { ...(model ? { model } : {}), messages, ...answerShape(), ...(pictures.length > 0 ? pictureBudget(pictures) : {}) };
}

function busy(on) {
  byId("ask").hidden = on;
  byId("stop").hidden = !on;
  byId("again").hidden = on || !conversation.begun;
  // On a touch screen the focus would open the keyboard over the answer.
  if (matchMedia("(pointer: fine)").matches) {
    byId(on ? "stop" : "question").focus({ preventScroll: true });
  }
}

/** Questions to begin with; they step back once the conversation runs. */
function suggest() {
  const list = byId("suggestions");
  list.hidden = conversation.pictures.length === 0 || running !== null;
  const asked = conversation.turns.map((turn) => turn.question);
  list.replaceChildren(
    ...questions
      .filter((question) => !asked.includes(question))
      .map((question) =>
        element("li", {}, element("button", { type: "button", onclick: () => ask(question) }, question)),
      ),
  );
}

/** The call that the next question makes; without one, the last. */
async function showCode() {
  const typed = byId("question").value.trim();
  const last = typed ? undefined : conversation.turns.at(-1);
  const shown = new Conversation();
  shown.turns = last ? conversation.turns.slice(0, -1) : conversation.turns;
  shown.waiting = conversation.waiting;
  const turn = last ?? shown.turn(typed || questions[0]);
  const pictures = [...shown.turns.flatMap((each) => each.pictures), ...turn.pictures];
  const messages = await shown.messages(turn, (picture) => `\0picture:${pictures.indexOf(picture)}`);
  code.show({ body: body(messages), pictures: pictures.map((picture) => picture.name) });
}
