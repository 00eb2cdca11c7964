import io.smolvlm.language.Message;
import io.smolvlm.models.LoadOptions;
import io.smolvlm.models.ModelCatalog;
import io.smolvlm.models.SmolVlm;
import io.smolvlm.models.engine.Admission;
import io.smolvlm.models.engine.AnswerParameters;
import io.smolvlm.models.engine.Engine;
import io.smolvlm.models.engine.GenerationEvent;
import io.smolvlm.models.engine.GenerationRequest;
import io.smolvlm.models.engine.GenerationResult;
import io.smolvlm.vision.ImageReader;
import io.smolvlm.vision.RgbImage;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// How much sooner the first token comes when a picture was seen before: a first question about a
/// picture, then another about the same, in pairs, each pair with pixels of its own. Both times
/// include what the caller's thread does (tiles, prompt, hashes).
///
/// samples/benchmarks/same-picture.sh MODEL PICTURE [PAIRS]
class SamePicture {
  public static void main(String[] arguments) throws Exception {
    int pairs = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    RgbImage picture = new ImageReader().read(Path.of(arguments[1]));
    var checkpoint = new ModelCatalog().resolve(arguments[0], null);
    try (SmolVlm model = SmolVlm.load(checkpoint, LoadOptions.defaults())) {
      List<double[]> times = new ArrayList<>();
      for (int pair = 0; pair <= pairs; pair++) {
        RgbImage own = changed(picture, pair);
        Answer first = ask(model, own, "What do you see in this picture?");
        Answer again = ask(model, own, "Which colours are there, and where?");
        double ratio = first.millis / again.millis;
        System.out.printf(
            "%s  first %s  again %s  ratio %.1f  load %s%n",
            pair == 0 ? "warm-up" : "pair " + pair, first, again, ratio, load());
        if (pair > 0) {
          times.add(new double[] {first.millis, again.millis, ratio});
        }
      }
      System.out.printf(
          "median: first %.1f ms, again %.1f ms, ratio %.1f%n",
          median(times, 0), median(times, 1), median(times, 2));
    }
  }

  private record Answer(double millis, GenerationResult result) {
    @Override
    public String toString() {
      var timings = result.timings();
      return "%.1f ms (resize %.1f, encode %.1f, prefill %.1f; %d tiles, %d tokens, %d known)"
          .formatted(
              millis,
              timings.resizeMillis(),
              timings.encodeMillis(),
              timings.prefillMillis(),
              timings.tiles(),
              result.usage().promptTokens(),
              result.usage().cachedTokens());
    }
  }

  private static Answer ask(SmolVlm model, RgbImage picture, String question) throws Exception {
    var parameters = AnswerParameters.DEFAULT.toBuilder().maxTokens(4).build();
    var request =
        GenerationRequest.of(List.of(Message.user(1, question)), List.of(picture))
            .withParameters(parameters);
    long began = System.nanoTime();
    Engine engine = model.engine();
    double millis = 0;
    try (var stream =
        engine.submit(model.prepare(request), new Admission("", Duration.ofHours(1)))) {
      while (!stream.ended()) {
        var event = stream.next(Duration.ofSeconds(1)).orElse(null);
        if (event instanceof GenerationEvent.Token && millis == 0) {
          millis = (System.nanoTime() - began) / 1e6;
        }
        if (event instanceof GenerationEvent.Finished end) {
          return new Answer(millis, end.result());
        }
      }
    }
    throw new IllegalStateException("no answer");
  }

  /// The picture in other shades: no tile is the same as before.
  private static RgbImage changed(RgbImage picture, int by) {
    byte[] bytes = picture.rgb().clone();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] ^= (byte) by;
    }
    return new RgbImage(picture.width(), picture.height(), bytes);
  }

  private static double median(List<double[]> rows, int column) {
    double[] sorted = rows.stream().mapToDouble(r -> r[column]).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static String load() throws Exception {
    Path file = Path.of("/proc/loadavg");
    return java.nio.file.Files.exists(file)
        ? java.nio.file.Files.readString(file).split(" ")[0]
        : "unknown";
  }
}
