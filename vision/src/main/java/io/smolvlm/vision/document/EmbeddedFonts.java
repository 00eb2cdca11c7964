package io.smolvlm.vision.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.fontbox.FontBoxFont;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.font.CIDFontMapping;
import org.apache.pdfbox.pdmodel.font.FontMapper;
import org.apache.pdfbox.pdmodel.font.FontMappers;
import org.apache.pdfbox.pdmodel.font.FontMapping;
import org.apache.pdfbox.pdmodel.font.PDCIDSystemInfo;
import org.apache.pdfbox.pdmodel.font.PDFontDescriptor;
import org.jspecify.annotations.Nullable;

/// The Liberation fonts in place of all that a document does not bring along: as wide as Helvetica,
/// Times and Courier. PDFBox itself would look through the fonts of the machine and write down what
/// it finds in the user's home; then a page would look otherwise on every machine, and reading a
/// document would touch files.
final class EmbeddedFonts implements FontMapper {
  private static final List<String> FIXED = List.of("courier", "mono", "consol", "typewriter");
  private static final List<String> SERIF =
      List.of("times", "roman", "georgia", "garamond", "palatino", "cambria", "bookman", "century");
  private static final List<String> BOLD = List.of("bold", "black", "heavy", "demi");
  private static final List<String> SLANTED = List.of("italic", "oblique");
  private static final int BOLD_WEIGHT = 600;

  private final Map<String, TrueTypeFont> fonts = new ConcurrentHashMap<>();

  private EmbeddedFonts() {}

  /// Makes PDFBox use them, which it does for the whole Java machine.
  static void install() {
    FontMappers.set(new EmbeddedFonts());
  }

  /// The face that comes nearest: what the name says, else what the document says of the font.
  ///
  /// @return as in `Serif-BoldItalic`
  static String face(@Nullable String name, @Nullable PDFontDescriptor told) {
    String lower = name == null ? "" : name.toLowerCase(Locale.ROOT);
    boolean fixed = any(FIXED, lower) || (told != null && told.isFixedPitch());
    boolean serif = any(SERIF, lower) || (told != null && told.isSerif());
    boolean bold =
        any(BOLD, lower)
            || (told != null && (told.isForceBold() || told.getFontWeight() >= BOLD_WEIGHT));
    boolean slanted = any(SLANTED, lower) || (told != null && told.isItalic());
    String style = (bold ? "Bold" : "") + (slanted ? "Italic" : "");
    return (fixed ? "Mono" : serif ? "Serif" : "Sans")
        + "-"
        + (style.isEmpty() ? "Regular" : style);
  }

  private static boolean any(List<String> words, String name) {
    return words.stream().anyMatch(name::contains);
  }

  private TrueTypeFont font(@Nullable String name, @Nullable PDFontDescriptor told) {
    return fonts.computeIfAbsent(face(name, told), EmbeddedFonts::load);
  }

  private static TrueTypeFont load(String face) {
    String file = "/liberation/Liberation" + face + ".ttf";
    try (InputStream in = EmbeddedFonts.class.getResourceAsStream(file)) {
      byte[] bytes = Objects.requireNonNull(in, file).readAllBytes();
      return new TTFParser().parse(new RandomAccessReadBuffer(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException("a font for documents cannot be read: " + file, e);
    }
  }

  @Override
  public FontMapping<TrueTypeFont> getTrueTypeFont(
      @Nullable String name, @Nullable PDFontDescriptor descriptor) {
    return new FontMapping<>(font(name, descriptor), true);
  }

  @Override
  public FontMapping<FontBoxFont> getFontBoxFont(
      @Nullable String name, @Nullable PDFontDescriptor descriptor) {
    return new FontMapping<>(font(name, descriptor), true);
  }

  @Override
  public CIDFontMapping getCIDFont(
      @Nullable String name,
      @Nullable PDFontDescriptor descriptor,
      @Nullable PDCIDSystemInfo system) {
    return new CIDFontMapping(null, font(name, descriptor), true);
  }
}
