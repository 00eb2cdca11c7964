// The page: puts the parts together. Each part is a module of its own.

import { answerStream } from "./answer-stream.js";
import { ApiFailure, useKey } from "./api.js";
import { CodePanel } from "./code-panel.js";
import { placeOf } from "./code-samples.js";
import { Conversation } from "./conversation.js";
import { announce, byId } from "./dom.js";
import { takeFiles } from "./file-drop.js";
import { uploadOf, uploadOfSample } from "./files.js";
import { plan } from "./image-plan.js";
import { showModel } from "./model.js";
import { PictureStage } from "./picture-stage.js";
import { SampleShelf } from "./sample-shelf.js";
import { answerShape, offerEdges, pictureBudget, watchSettings, wrongControl } from "./settings.js";
import { questionsFor, showSuggestions } from "./suggestions.js";
import { TurnView } from "./transcript.js";

const stage = new PictureStage();
const code = new CodePanel();
const shelf = new SampleShelf(chooseSample);

let model = "";
let conversation = new Conversation();
let questions = questionsFor([]);
let running = null;
let planning = null;
let failedTurn = null;
let askAgain = null;

takeFiles(
  (files, add) => {
    if (!add) {
      startOver(true);
      shelf.mark(null);
    }
    const uploads = files.map(uploadOf);
    questions = questionsFor(uploads);
    addUploads(uploads);
  },
  (files) => problem(`${files.map((file) => file.name).join(", ")}: neither a picture nor a PDF.`),
);
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
byId("remove").addEventListener("click", removeShown);
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
    const upload = await uploadOfSample(sample);
    startOver(true);
    shelf.mark(sample.file);
    questions = sample.questions;
    addUploads([upload]);
  } catch (failure) {
    problem(failure.message);
  }
}

function addUploads(uploads) {
  problem("");
  conversation.waiting.push(...uploads);
  stage.show(conversation.pages, uploads.at(-1).pages[0]);
  announce(`${uploads.map((upload) => upload.description).join(", ")}: ready to be asked about.`);
  suggest();
  showCode();
  planAgain();
}

/** Takes out the file in view, all its pages. One that was asked about already ends the conversation. */
function removeShown() {
  const { upload } = stage.shown;
  if (conversation.waiting.includes(upload)) {
    conversation.waiting = conversation.waiting.filter((each) => each !== upload);
    upload.forget();
    stage.show(conversation.pages);
  } else {
    startOver(true);
  }
  if (conversation.uploads.length === 0) {
    shelf.mark(null);
    questions = questionsFor([]);
    byId("file").focus();
  }
  suggest();
  showCode();
  announce(`${upload.name} removed.`);
}

/** Forgets the conversation; its files stay to be asked about unless they go too. */
function startOver(withFiles = false) {
  running?.abort();
  const { uploads } = conversation;
  conversation = new Conversation();
  failedTurn = null;
  askAgain = null;
  byId("turns").replaceChildren();
  byId("again").hidden = true;
  problem("");
  if (withFiles) {
    uploads.forEach((upload) => upload.forget());
  } else {
    conversation.waiting = uploads;
  }
  stage.show(conversation.pages);
  suggest();
  showCode();
}

/** Asks the service what it makes of each file, with the budget as it is set now. */
async function planAgain() {
  planning?.abort();
  planning = new AbortController();
  const { signal } = planning;
  showCode();
  for (const upload of conversation.uploads) {
    await plan(upload, signal);
    if (signal.aborted) {
      return;
    }
    const known = upload.pages[0].plan;
    if (known) {
      offerEdges(known);
    }
    if (upload.kind === "document") {
      // It has as many pages as the service says.
      stage.show(conversation.pages);
    } else {
      stage.refresh();
    }
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
    const messages = await asked.messages(turn, (upload) => upload.dataUri());
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

/** What the service says of pictures and pages is surer than what it planned. */
function noteImages(asked, turn, images) {
  if (images) {
    const uploads = [...asked.turns.flatMap((each) => each.uploads), ...turn.uploads];
    uploads
      .flatMap((upload) => upload.pages)
      .forEach((page, n) => {
        page.plan = images[n] ?? page.plan;
      });
    stage.refresh();
  }
}

function body(messages) {
  const budget = conversation.uploads.length > 0 ? pictureBudget() : {};
  return { ...(model ? { model } : {}), messages, ...answerShape(), ...budget };
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

function suggest() {
  showSuggestions(questions, conversation, running !== null, ask);
}

/** The call that the next question makes; without one, the last. */
async function showCode() {
  const typed = byId("question").value.trim();
  const last = typed ? undefined : conversation.turns.at(-1);
  const shown = new Conversation();
  shown.turns = last ? conversation.turns.slice(0, -1) : conversation.turns;
  shown.waiting = conversation.waiting;
  const turn = last ?? shown.turn(typed || questions[0]);
  const uploads = [...shown.turns.flatMap((each) => each.uploads), ...turn.uploads];
  const messages = await shown.messages(turn, (upload) => placeOf(uploads.indexOf(upload)));
  code.show({ body: body(messages), files: uploads.map(({ name, kind }) => ({ name, kind })) });
}
