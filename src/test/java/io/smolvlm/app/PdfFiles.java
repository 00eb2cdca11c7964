package io.smolvlm.app;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.encryption.AccessPermission;
import org.apache.pdfbox.pdmodel.encryption.StandardProtectionPolicy;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/// Documents for tests.
public final class PdfFiles {
  /// One that PDFBox carries: for others it would look through the machine.
  private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";

  private PdfFiles() {}

  /// A page for each sample picture, which fills it.
  public static byte[] ofPictures(String... names) throws IOException {
    try (var document = new PDDocument()) {
      for (String name : names) {
        Path file =
            Path.of(System.getProperty("smolvlm.root", "..")).resolve("samples/images/" + name);
        var image = PDImageXObject.createFromByteArray(document, Files.readAllBytes(file), name);
        var page = new PDPage(new PDRectangle(image.getWidth(), image.getHeight()));
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
          content.drawImage(image, 0, 0);
        }
      }
      return bytes(document);
    }
  }

  /// Pages of A6 with their number.
  public static byte[] ofText(int pages) throws IOException {
    return ofText(pages, "");
  }

  /// @param password without which it cannot be read; none if empty
  public static byte[] ofText(int pages, String password) throws IOException {
    try (var document = new PDDocument();
        InputStream file = PDDocument.class.getResourceAsStream(FONT)) {
      var font = PDType0Font.load(document, file);
      for (int i = 1; i <= pages; i++) {
        var page = new PDPage(PDRectangle.A6);
        document.addPage(page);
        try (var content = new PDPageContentStream(document, page)) {
          content.beginText();
          content.setFont(font, 36);
          content.newLineAtOffset(40, 200);
          content.showText("Page " + i);
          content.endText();
        }
      }
      if (!password.isEmpty()) {
        document.protect(new StandardProtectionPolicy("owner", password, new AccessPermission()));
      }
      return bytes(document);
    }
  }

  private static byte[] bytes(PDDocument document) throws IOException {
    var out = new ByteArrayOutputStream();
    document.save(out);
    return out.toByteArray();
  }

  /// As requests carry it.
  public static String dataUri(byte[] file) {
    return "data:application/pdf;base64," + Base64.getEncoder().encodeToString(file);
  }
}
