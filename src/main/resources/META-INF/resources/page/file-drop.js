// Four ways in for a picture or a PDF: drop, paste, choose, and choose another.

import { byId } from "./dom.js";
import { mayBeSeen } from "./files.js";

/**
 * @param {(files: File[], add: boolean) => void} taken called with files that may be seen; `add` when they are to stand
 *     beside those that are there
 * @param {(files: File[]) => void} refused called when none of some files may be seen
 */
export function takeFiles(taken, refused) {
  const stage = byId("stage");
  const input = byId("file");
  let add = false;

  const take = (list) => {
    const files = [...list].filter(mayBeSeen);
    if (files.length > 0) {
      taken(files, add);
    } else if (list.length > 0) {
      refused([...list]);
    }
    add = false;
    return files.length > 0;
  };

  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  input.addEventListener("cancel", () => {
    add = false;
  });
  byId("add").addEventListener("click", () => {
    add = true;
    input.click();
  });

  // The whole page takes a drop: a miss must not make the browser leave the page for the file.
  let depth = 0;
  const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
  const drag = (step) => {
    depth = Math.max(0, depth + step);
    stage.classList.toggle("dragging", depth > 0);
  };
  document.addEventListener("dragenter", (event) => carriesFiles(event) && drag(1));
  document.addEventListener("dragleave", (event) => carriesFiles(event) && drag(-1));
  document.addEventListener("dragover", (event) => {
    if (carriesFiles(event)) {
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    }
  });
  document.addEventListener("drop", (event) => {
    if (carriesFiles(event)) {
      event.preventDefault();
      drag(-depth);
      take(event.dataTransfer.files);
    }
  });
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData?.files ?? [])) {
      event.preventDefault();
    }
  });
}
