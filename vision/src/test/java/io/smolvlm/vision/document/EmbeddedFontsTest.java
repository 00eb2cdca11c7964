package io.smolvlm.vision.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.smolvlm.vision.RgbImage;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import org.apache.pdfbox.cos.COSDictionary;
import org.apache.pdfbox.pdmodel.font.FontMapper;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.apache.pdfbox.pdmodel.font.PDFontDescriptor;
import org.apache.pdfbox.pdmodel.font.Standard14Fonts.FontName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddedFontsTest {
  @ParameterizedTest
  @CsvSource({
    "Helvetica, Sans-Regular",
    "ABCDEF+Arial-BoldMT, Sans-Bold",
    "Helvetica-BoldOblique, Sans-BoldItalic",
    "Times-Roman, Serif-Regular",
    "TimesNewRomanPS-BoldItalicMT, Serif-BoldItalic",
    "Georgia, Serif-Regular",
    "Courier-Oblique, Mono-Italic",
    "DejaVuSansMono-Bold, Mono-Bold",
    "Verdana, Sans-Regular",
    ", Sans-Regular"
  })
  void nameTellsTheFace(String name, String face) {
    assertEquals(face, EmbeddedFonts.face(name, null));
  }

  @Test
  void descriptorTellsWhatTheNameDoesNot() {
    var told = new PDFontDescriptor(new COSDictionary());
    assertEquals("Sans-Regular", EmbeddedFonts.face("Xyz", told));
    told.setSerif(true);
    told.setItalic(true);
    told.setFontWeight(700);
    assertEquals("Serif-BoldItalic", EmbeddedFonts.face("Xyz", told));
    told.setFixedPitch(true);
    told.setFontWeight(400);
    assertEquals("Mono-Italic", EmbeddedFonts.face("Xyz", told));
  }

  @Test
  void everyFaceIsThere() throws IOException {
    EmbeddedFonts.install();
    FontMapper mapper = FontMappers.instance();
    Set<String> names = new HashSet<>();
    for (String family : new String[] {"Helvetica", "Times", "Courier"}) {
      for (String style : new String[] {"", "-Bold", "-Italic", "-BoldItalic"}) {
        names.add(mapper.getTrueTypeFont(family + style, null).getFont().getName());
        assertTrue(mapper.getFontBoxFont(family + style, null).isFallback());
        assertFalse(mapper.getCIDFont(family + style, null, null).isCIDFont());
      }
    }
    assertEquals(12, names.size(), names.toString());
  }

  @Test
  void boldIsDrawnBolder() throws IOException {
    assertTrue(dark(FontName.HELVETICA_BOLD) > 1.2 * dark(FontName.HELVETICA));
    assertTrue(dark(FontName.TIMES_BOLD) > 1.2 * dark(FontName.TIMES_ROMAN));
  }

  private static long dark(FontName font) throws IOException {
    byte[] file = Documents.word(font);
    RgbImage page = new DocumentReader().read(file, "a.pdf", PageSelection.ALL, 800).getFirst();
    long dark = 0;
    for (byte channel : page.rgb()) {
      dark += 255 - (channel & 255);
    }
    return dark;
  }
}
