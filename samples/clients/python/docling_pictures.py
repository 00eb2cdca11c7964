"""Docling's picture description: the pictures of a document get their text from the service.

Docling's own pipeline for Word documents runs here, which needs none of its layout models; with the
whole of Docling the same options go to a DocumentConverter, see README.md.
"""

import io
import logging
from importlib.metadata import version

import docx
import PIL.Image
from docling.backend.msword_backend import MsWordDocumentBackend
from docling.datamodel.base_models import InputFormat
from docling.datamodel.document import InputDocument
from docling.datamodel.pipeline_options import ConvertPipelineOptions, PictureDescriptionApiOptions
from docling.pipeline.simple_pipeline import SimplePipeline
from docling.utils.api_image_request import api_image_request, api_image_request_streaming

from samples import URL, answer, check, check_equal, picture

CHAT = f"{URL}/v1/chat/completions"
QUESTION = "Describe this image."


def document(*pictures: str) -> io.BytesIO:
    report = docx.Document()
    report.add_paragraph("A report with pictures.")
    for name in pictures:
        report.add_picture(io.BytesIO(picture(name)))
    data = io.BytesIO()
    report.save(data)
    data.seek(0)
    return data


def descriptions() -> None:
    names = ["scene.png", "two-stars.png", "triangles.png", "three-shapes.png"]
    options = ConvertPipelineOptions(
        enable_remote_services=True,
        do_picture_description=True,
        picture_description_options=PictureDescriptionApiOptions(
            url=CHAT, prompt=QUESTION, params={"temperature": 0}, timeout=60, concurrency=4
        ),
    )
    report = InputDocument(
        path_or_stream=document(*names),
        format=InputFormat.DOCX,
        backend=MsWordDocumentBackend,
        filename="report.docx",
    )
    result = SimplePipeline(options).execute(report, raises_on_error=True)
    found = [p.meta.description.text for p in result.document.pictures]
    for name, text in zip(names, found, strict=True):
        check_equal(f"description of {name}", answer(name, QUESTION), text)
    check("they stand in the document", found[0] in result.document.export_to_markdown())


def requests() -> None:
    image = PIL.Image.open(io.BytesIO(picture("heart.png")))  # goes out as PNG with transparency
    question = "Which color is the heart?"
    result = api_image_request(image, question, CHAT, timeout=60, temperature=0)
    check_equal("one request", answer("heart.png", question), result.text)
    check("its tokens are counted", result.num_tokens > 0)
    result = api_image_request_streaming(image, question, CHAT, timeout=60, temperature=0)
    check_equal("one streamed request", answer("heart.png", question), result.text)
    logging.disable(logging.ERROR)
    result = api_image_request(image, question, CHAT, timeout=60, model="other")
    check("a refusal is told", "model_not_found" in (result.error or ""), result)


if __name__ == "__main__":
    print(f"docling {version('docling-slim')} at {URL}")
    descriptions()
    requests()
