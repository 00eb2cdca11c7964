// From files and samples to what can be asked about.

import { call } from "./api.js";
import { PdfDocument } from "./pdf-document.js";
import { Picture } from "./picture.js";

const isPdf = ({ type, name }) => type === "application/pdf" || (type === "" && /\.pdf$/i.test(name));

/** Whether a file may be a picture or a PDF; without a type the service will tell. */
export const mayBeSeen = (file) => file.type === "" || file.type.startsWith("image/") || isPdf(file);

/** From the person's own files. */
export function uploadOf(file) {
  return isPdf(file)
    ? new PdfDocument(file, file.name || "pasted.pdf", file.name || "Pasted PDF")
    : new Picture(file, file.name || "pasted.png", file.name || "Pasted picture");
}

/** From the samples of the service. */
export async function uploadOfSample({ file, description }) {
  const blob = await (await call(`/page/samples/${file}`)).blob();
  return file.endsWith(".pdf") ? new PdfDocument(blob, file, description) : new Picture(blob, file, description);
}
