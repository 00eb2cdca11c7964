package io.smolvlm.app;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Who may know whom: the rooms of DESIGN.md section 2.
class HouseTest {
  private static final String OURS = "io.smolvlm..";

  private static JavaClasses house;

  @BeforeAll
  static void read() {
    house =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // Test helpers that rooms share come as a jar once they are packaged.
            .withImportOption(location -> !location.contains("-tests.jar"))
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.smolvlm");
  }

  @Test
  void everyRoomIsRead() {
    for (String room :
        new String[] {
          "io.smolvlm.tensor", "io.smolvlm.vision", "io.smolvlm.language", "io.smolvlm.models"
        }) {
      assertFalse(
          house.stream().noneMatch(type -> type.getPackageName().startsWith(room)),
          room + " was not read");
    }
  }

  @Test
  void tensorKnowsNothingOfOurs() {
    roomKnowsOnly("io.smolvlm.tensor..", "io.smolvlm.tensor..");
  }

  @Test
  void visionKnowsTensor() {
    roomKnowsOnly("io.smolvlm.vision..", "io.smolvlm.vision..", "io.smolvlm.tensor..");
  }

  @Test
  void languageKnowsTensor() {
    roomKnowsOnly("io.smolvlm.language..", "io.smolvlm.language..", "io.smolvlm.tensor..");
  }

  @Test
  void modelsDoNotKnowTheApplication() {
    noClasses()
        .that()
        .resideInAPackage("io.smolvlm.models..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.smolvlm.app..")
        .check(house);
  }

  @Test
  void quarkusIsKnownAboveTheModelsOnly() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.smolvlm.app..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..", "io.smallrye..", "org.eclipse.microprofile..", "jakarta..")
        .check(house);
  }

  @Test
  void commandLineRunsWithoutQuarkus() {
    noClasses()
        .that()
        .resideInAPackage("io.smolvlm.app.cli..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.quarkus..", "io.smallrye..", "org.eclipse.microprofile..", "jakarta..")
        .check(house);
  }

  /// One class opens outgoing sockets, after one other has checked where to.
  @Test
  void socketsAreOpenedInOnePlace() {
    noClasses()
        .that()
        .resideInAPackage("io.smolvlm.app..")
        .and()
        .haveNameNotMatching("io\\.smolvlm\\.app\\.intake\\.(Connections|ImageFetcher)(\\$.*)?")
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.net.http..")
                .or(resideInAPackage("javax.net.."))
                .or(equivalentTo(java.net.Socket.class))
                .or(equivalentTo(java.net.URLConnection.class))
                .or(equivalentTo(java.nio.channels.SocketChannel.class)))
        .check(house);
  }

  /// Models are fetched in one place, and nothing else below the application opens a connection;
  /// NoNetwork sees to it that processes which decode pictures cannot.
  @Test
  void modelsAreFetchedInOnePlace() {
    noClasses()
        .that()
        .resideInAnyPackage(
            "io.smolvlm.tensor..",
            "io.smolvlm.vision..",
            "io.smolvlm.language..",
            "io.smolvlm.models..")
        .and()
        .haveNameNotMatching(
            "io\\.smolvlm\\.(models\\.hub\\..*|vision\\.process\\.NoNetwork(\\$.*)?)")
        .should()
        .dependOnClassesThat(
            resideInAPackage("java.net.http..")
                .or(resideInAPackage("javax.net.."))
                .or(equivalentTo(java.net.Socket.class))
                .or(equivalentTo(java.net.URLConnection.class)))
        .check(house);
  }

  @Test
  void vectorApiIsKnownInTheKernelsOnly() {
    knownOnlyIn("io.smolvlm.tensor.kernel..", "jdk.incubator.vector..");
  }

  @Test
  void libtorchIsKnownInItsGatewayOnly() {
    knownOnlyIn(
        "io.smolvlm.tensor.torch..",
        "ai.djl",
        "ai.djl.engine..",
        "ai.djl.pytorch..",
        "ai.djl.ndarray..",
        "ai.djl.inference..",
        "ai.djl.nn..");
  }

  @Test
  void pdfBoxIsKnownAmongDocumentsOnly() {
    knownOnlyIn("io.smolvlm.vision.document..", "org.apache.pdfbox..", "org.apache.fontbox..");
  }

  @Test
  void djlTokenizersAreKnownInTheTokenizerOnly() {
    noClasses()
        .that()
        .resideInAPackage(OURS)
        .and()
        .haveNameNotMatching("io\\.smolvlm\\.language\\.Tokenizer(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("ai.djl.huggingface..")
        .check(house);
  }

  /// tokenizer.json and the headers of weight files belong to their rooms and are read as streams;
  /// configurations are read in models.
  @Test
  void jsonBelowTheModelsIsReadInOnePlaceARoom() {
    noClasses()
        .that()
        .resideInAnyPackage("io.smolvlm.tensor..", "io.smolvlm.vision..", "io.smolvlm.language..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml.jackson.databind..")
        .check(house);
    noClasses()
        .that()
        .resideInAnyPackage("io.smolvlm.vision..", "io.smolvlm.language..")
        .and()
        .haveNameNotMatching(
            "io\\.smolvlm\\.language\\.(JsonReader|grammar\\.JsonTree|tools\\.ToolCalls)(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("com.fasterxml.jackson..")
        .check(house);
  }

  private static void roomKnowsOnly(String room, String... known) {
    noClasses()
        .that()
        .resideInAPackage(room)
        .should()
        .dependOnClassesThat(resideInAPackage(OURS).and(not(resideInAnyPackage(known))))
        .check(house);
  }

  private static void knownOnlyIn(String room, String... libraries) {
    noClasses()
        .that()
        .resideInAPackage(OURS)
        .and()
        .resideOutsideOfPackage(room)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(libraries)
        .check(house);
  }
}
