package io.smolvlm.vision.document;

import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType1Font;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts;

/// Documents for tests.
final class Documents {
  private Documents() {}

  /// A page of A4 for each colour: its left half is of that colour, at the right stands a word.
  static byte[] pages(Color... colours) throws IOException {
    return make(PDRectangle.A4, "", List.of(colours));
  }

  /// A page of A6 with a word in a font that is not part of the file.
  static byte[] word(Standard14Fonts.FontName font) throws IOException {
    EmbeddedFonts.install(); // writing, too, asks for fonts
    try (var document = new PDDocument()) {
      PDPage page = new PDPage(PDRectangle.A6);
      document.addPage(page);
      try (var content = new PDPageContentStream(document, page)) {
        content.beginText();
        content.setFont(new PDType1Font(font), 60);
        content.newLineAtOffset(40, 200);
        content.showText("Word");
        content.endText();
      }
      var out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }

  static byte[] make(PDRectangle box, String password, List<Color> colours) throws IOException {
    EmbeddedFonts.install(); // writing, too, asks for fonts
    try (var document = new PDDocument()) {
      for (Color colour : colours) {
        PDPage page = new PDPage(box);
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
          content.setNonStrokingColor(colour);
          content.addRect(0, 0, box.getWidth() / 2, box.getHeight());
          content.fill();
          content.setNonStrokingColor(Color.BLACK);
          content.beginText();
          content.setFont(new PDType1Font(Standard14Fonts.FontName.HELVETICA), box.getWidth() / 10);
          content.newLineAtOffset(box.getWidth() * 0.6f, box.getHeight() / 2);
          content.showText("Word");
          content.endText();
        }
      }
      if (!password.isEmpty()) {
        document.protect(new StandardProtectionPolicy("owner", password, new AccessPermission()));
      }
      var out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }
}
