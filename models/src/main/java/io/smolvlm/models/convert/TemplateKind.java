package io.smolvlm.models.convert;

/// The chat templates of the family.
enum TemplateKind {
  /// Base models of text.
  NONE,
  /// SmolLM-Instruct: ChatML.
  CHATML,
  /// SmolLM2-Instruct: ChatML with a system message of its own.
  SMOLLM2,
  /// SmolVLM and SmolVLM2.
  PICTURES,
  /// SmolVLM-Base: turns end in `<|endoftext|>`.
  PICTURES_BASE,
  GRANITE,
  IDEFICS3;

  private static final String CHATML_TEXT =
      """
      {% for message in messages %}{{'<|im_start|>' + message['role'] + '
      ' + message['content'] + '<|im_end|>' + '
      '}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
      ' }}{% endif %}\
      """;

  /// Jinja; empty for none.
  String text() {
    return switch (this) {
      case NONE -> "";
      case CHATML -> CHATML_TEXT;
      case SMOLLM2 -> PublishedFiles.text("SmolLM2-1.7B-Instruct/chat_template.jinja");
      case PICTURES -> inJson("SmolVLM-256M-Instruct/chat_template.json");
      case PICTURES_BASE -> inJson("SmolVLM-Base/chat_template.json");
      case GRANITE -> PublishedFiles.text("granite-docling-258M/chat_template.jinja");
      case IDEFICS3 -> PICTURES.text().replaceFirst("^<\\|im_start\\|>", "<|begin_of_text|>");
    };
  }

  private static String inJson(String name) {
    return PublishedFiles.json(name).get("chat_template").textValue();
  }
}
