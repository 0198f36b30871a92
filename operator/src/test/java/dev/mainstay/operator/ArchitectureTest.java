package dev.mainstay.operator;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.processing.retry.GradualRetry;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Which package may know which, and what decisions must not touch. */
class ArchitectureTest {

    private static final String ROOT = "dev.mainstay.operator.";

    /** A package imports from lower levels only. */
    private static final Map<String, Integer> LEVELS = Map.ofEntries(
            Map.entry("member", 0),
            Map.entry("pki", 0),
            Map.entry("schedule", 0),
            Map.entry("tracing", 0),
            Map.entry("access.plan", 1),
            Map.entry("access.act", 3),
            Map.entry("access", 5),
            Map.entry("backup.engine", 0),
            Map.entry("cluster.engine", 0),
            Map.entry("cluster.trust", 0),
            Map.entry("cluster.desired", 1),
            Map.entry("cluster.certificates", 2),
            Map.entry("report", 2),
            Map.entry("task", 2),
            Map.entry("migration.plan", 1),
            Map.entry("migration", 4),
            Map.entry("cluster.observe", 3),
            Map.entry("cluster.act", 4),
            Map.entry("cluster.report", 4),
            Map.entry("cluster", 5),
            Map.entry("backup", 5),
            Map.entry("server", 6));

    private static final JavaClasses OPERATOR = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mainstay.operator");

    @Test
    void importsPointDownOnly() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : OPERATOR) {
            String origin = area(from);
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String goal = area(dependency.getTargetClass());
                if (!goal.isEmpty() && !origin.equals(goal) && level(origin) <= level(goal)) {
                    wrong.add(origin + " -> " + goal + ": " + dependency.getDescription());
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void decisionsArePure() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "dev.mainstay.operator.cluster.engine..",
                        "dev.mainstay.operator.cluster.trust..",
                        "dev.mainstay.operator.access.plan..",
                        "dev.mainstay.operator.migration.plan..",
                        "dev.mainstay.operator.backup.engine..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "io.fabric8..",
                        "io.javaoperatorsdk..",
                        "io.grpc..",
                        "io.quarkus..",
                        "io.micrometer..",
                        "java.security..",
                        "java.io..",
                        "java.net..",
                        "java.nio.file..",
                        "java.util.concurrent..",
                        "java.util.random..")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(Instant.class, "now")
                .check(OPERATOR);
    }

    /**
     * A class that is initialized first by a virtual thread, which waits meanwhile, as for a lock of a class loader, while others wait for the class on all
     * processors that virtual threads have, is never initialized. The first calls with certificates are such a crowd.
     */
    @Test
    void threadsAreThoseOfTheSystem() {
        noClasses()
                .should()
                .callMethod(Thread.class, "ofVirtual")
                .orShould()
                .callMethod(Thread.class, "startVirtualThread", Runnable.class)
                .orShould()
                .callMethod(Executors.class, "newVirtualThreadPerTaskExecutor")
                .check(OPERATOR);
    }

    @Test
    void desiredObjectsAskNobody() {
        noClasses()
                .that()
                .resideInAPackage("dev.mainstay.operator.cluster.desired..")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName(KubernetesClient.class.getName())
                .orShould()
                .callMethod(Instant.class, "now")
                .check(OPERATOR);
    }

    @Test
    void grpcHasOneDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mainstay.operator.member..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "dev.mainstay.etcd.proto..")
                .check(OPERATOR);
    }

    @Test
    void certificatesHaveOneDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mainstay.operator.pki..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bouncycastle..")
                .check(OPERATOR);
    }

    @Test
    void tracesHaveOneDoor() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.mainstay.operator.tracing..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.opentelemetry..")
                .check(OPERATOR);
    }

    /** The framework gives up after five tries, unless told otherwise. */
    @Test
    void reconcilersNeverGiveUp() {
        assertThat(OPERATOR.stream().filter(type -> type.isAnnotatedWith(ControllerConfiguration.class)))
                .hasSizeGreaterThanOrEqualTo(5)
                .allSatisfy(type -> {
                    GradualRetry retry = type.reflect().getAnnotation(GradualRetry.class);
                    assertThat(retry).as(type.getName()).isNotNull();
                    assertThat(retry.maxAttempts()).as(type.getName()).isEqualTo(Integer.MAX_VALUE);
                });
    }

    private static int level(String area) {
        return Objects.requireNonNull(LEVELS.get(area), area);
    }

    private static String area(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(ROOT) ? name.substring(ROOT.length()) : "";
    }
}
