package io.smolvlm.app.intake;

import io.smolvlm.vision.ImageLimits;
import io.smolvlm.vision.document.DocumentLimits;
import io.smolvlm.vision.process.NoNetwork;
import io.smolvlm.vision.process.ReaderProcess;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// How a worker process is started: a small Java machine with the readers and their libraries, an
/// empty environment, a folder of its own and, where there is a shell, limits of the operating
/// system on memory and files.
///
/// Java's own class data archive is enough: one made for the worker saved 0.06 s of 0.21 s
/// processor time a start (JDK 25, 2 cores), less than the care that such a file asks for.
final class WorkerCommand {
  private static final Path SHELL = Path.of("/bin/sh");

  /// What a Java machine reserves beside its heap: code, classes, stacks, malloc, mapped jars.
  private static final long BESIDE_HEAP_KILOBYTES = 2 << 20;

  private final Path folder;
  private final List<String> words;

  /// @param folder where workers may put temporary files; exists
  WorkerCommand(DecodeRules rules, ImageLimits limits, DocumentLimits documents, Path folder) {
    this.folder = folder;
    this.words = words(rules, limits, documents, folder);
  }

  private static List<String> words(
      DecodeRules rules, ImageLimits limits, DocumentLimits documents, Path folder) {
    String classPath =
        ReaderProcess.classPath().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> words = new ArrayList<>();
    if (Files.isExecutable(SHELL)) {
      long kilobytes = rules.heapBytes() / 1024 + BESIDE_HEAP_KILOBYTES;
      words.add(SHELL.toString());
      words.add("-c");
      // A limit that cannot be set is left out; the heap has its own anyway.
      words.add("ulimit -c 0; ulimit -f 0; ulimit -n 64; ulimit -v " + kilobytes + "; exec \"$@\"");
      words.add("sh");
    }
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("-Xmx" + rules.heapBytes() / 1024 + "k");
    words.addAll(
        List.of(
            "-Xss512k",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:ReservedCodeCacheSize=32m",
            "-XX:CompressedClassSpaceSize=64m",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-Xshare:auto",
            "-Djava.awt.headless=true",
            "-Djava.io.tmpdir=" + folder,
            // PDFBox has a word for every fault of a document, and nobody listens.
            "-Dorg.apache.commons.logging.Log=org.apache.commons.logging.impl.NoOpLog",
            "-D" + NoNetwork.PROPERTY + "=" + NoNetwork.class.getName(),
            "-cp",
            classPath,
            ReaderProcess.class.getName()));
    Duration longest =
        rules.deadline().compareTo(documents.time()) > 0 ? rules.deadline() : documents.time();
    words.addAll(ReaderProcess.arguments(limits, documents, longest.multipliedBy(2)));
    return List.copyOf(words);
  }

  Process start() throws IOException {
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.environment().clear();
    builder.directory(folder.toFile());
    builder.redirectError(Redirect.DISCARD);
    return builder.start();
  }
}
