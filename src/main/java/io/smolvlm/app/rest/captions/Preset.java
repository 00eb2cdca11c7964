package io.smolvlm.app.rest.captions;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What to ask of a picture when the request does not say it in words.
enum Preset {
  BRIEF("Write a short caption for this picture."),
  DETAILED("Describe this image."),
  ALT_TEXT("Write the alternative text of this image for people who cannot see it."),
  OCR("Read the text in this image.");

  private final String prompt;

  Preset(String prompt) {
    this.prompt = prompt;
  }

  String prompt() {
    return prompt;
  }

  static List<String> names() {
    return Arrays.stream(values()).map(p -> p.name().toLowerCase(Locale.ROOT)).toList();
  }

  static Preset of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
