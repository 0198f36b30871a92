package dev.mainstay.node;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which package may know which: the level table of ARCHITECTURE.md, and what the deterministic core must not touch. */
class ArchitectureTest {

    private static final String ROOT = "dev.mainstay.node.";

    /** What other programs see of the node, in a root of its own. */
    private static final String EMBED = "embed";

    private static final String EMBED_ROOT = "dev.mainstay." + EMBED;

    private static final Map<String, Integer> LEVELS = Map.ofEntries(
            Map.entry("common", 0),
            Map.entry("command", 1),
            Map.entry("storage", 1),
            Map.entry("tls", 1),
            Map.entry("mvcc", 2),
            Map.entry("lease", 2),
            Map.entry("auth", 2),
            Map.entry("membership", 2),
            Map.entry("maintenance", 2),
            Map.entry("apply", 3),
            Map.entry("consensus", 4),
            Map.entry("watch", 4),
            Map.entry("bolt", 4),
            Map.entry("etcdformat", 4),
            Map.entry("objectstore", 4),
            Map.entry("archive", 5),
            Map.entry("leader", 5),
            Map.entry("snapshot", 5),
            Map.entry("etcdsnapshot", 5),
            Map.entry("coordination", 5),
            Map.entry("api", 6),
            Map.entry("backup", 6),
            Map.entry("observability", 7),
            Map.entry("server", 8),
            Map.entry(EMBED, 9));

    private static final JavaClasses NODE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mainstay.node", EMBED_ROOT);

    /** Levels 0 to 3 without the storage engine and TLS. */
    private static final DescribedPredicate<JavaClass> CORE =
            DescribedPredicate.describe("the deterministic core", type -> {
                Integer level = LEVELS.get(area(type));
                return level != null
                        && level <= 3
                        && !type.getPackageName().startsWith(ROOT + "storage.rocksdb")
                        && !type.getPackageName().startsWith(ROOT + "tls");
            });

    @Test
    void importsPointDownOnly() {
        Set<String> wrong = new TreeSet<>();
        for (JavaClass from : NODE) {
            for (Dependency dependency : from.getDirectDependenciesFromSelf()) {
                String origin = area(from);
                String goal = area(dependency.getTargetClass());
                if (origin.equals(goal) || goal.isEmpty()) {
                    continue;
                }
                if (LEVELS.get(origin) <= LEVELS.get(goal)) {
                    wrong.add(origin + " -> " + goal + ": " + dependency.getDescription());
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    @Test
    void everyPackageHasALevel() {
        Set<String> unknown = new TreeSet<>();
        NODE.forEach(type -> {
            if (!LEVELS.containsKey(area(type))) {
                unknown.add(type.getPackageName());
            }
        });

        assertThat(unknown).isEmpty();
    }

    @Test
    void coreIsDeterministic() {
        noClasses()
                .that(CORE)
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethodWhere(target(name("now")).and(target(owner(resideInJavaTime()))))
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.io..",
                        "java.nio.file..",
                        "java.net..",
                        "org.rocksdb..",
                        "org.apache.ratis..",
                        "io.grpc..",
                        "io.quarkus..",
                        "jakarta..")
                .orShould()
                .dependOnClassesThat()
                .haveNameMatching("java\\.lang\\.Thread|java\\.util\\.(Random|UUID|random\\..*)"
                        + "|java\\.util\\.concurrent\\.(ThreadLocalRandom|Executor.*)|java\\.security\\.SecureRandom")
                .check(NODE);
    }

    @Test
    void coreNeverIteratesInHashOrder() {
        noClasses()
                .that(CORE)
                .should()
                .callConstructor(java.util.HashSet.class)
                .orShould()
                .callMethodWhere(target(name("of")).and(target(owner(assignableTo(Set.class)))))
                .check(NODE);
    }

    @Test
    void eachLibraryHasOneDoor() {
        for (Map.Entry<String, List<String>> door : Map.of(
                        "org.rocksdb..", List.of(ROOT + "storage.rocksdb.."),
                        "org.apache.ratis..", List.of(ROOT + "consensus.."),
                        "io.grpc..", List.of(ROOT + "api..", ROOT + "observability..", ROOT + "server.."),
                        "io.opentelemetry..", List.of(ROOT + "observability.."),
                        "dev.mainstay.proto..", List.of(ROOT + "api..", ROOT + "server.."),
                        "dev.mainstay.etcd.proto..", List.of(ROOT + "api..", ROOT + "server..", ROOT + "etcdformat.."),
                        "io.quarkus..", List.of(ROOT + "server..", ROOT + "observability.."))
                .entrySet()) {
            noClasses()
                    .that()
                    .resideOutsideOfPackages(door.getValue().toArray(String[]::new))
                    .and()
                    .resideInAPackage(ROOT + "(*)..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(door.getKey())
                    .check(NODE);
        }
    }

    /** Kinds of places know what is common to them and not each other; only the one that opens them knows them all. */
    @Test
    void kindsOfObjectStoresStandAlone() {
        String root = ROOT + "objectstore";
        for (Map.Entry<String, List<String>> kind : Map.of(
                        "file", List.<String>of(),
                        "s3", List.of("software.amazon.awssdk.."),
                        "gcs", List.of("com.google.cloud..", "com.google.api..", "com.google.auth.."),
                        "azure", List.of("com.azure.."),
                        "sealed", List.of("com.github.luben..", "com.google.crypto.."))
                .entrySet()) {
            String own = root + "." + kind.getKey() + "..";
            for (String library : kind.getValue()) {
                noClasses()
                        .that()
                        .resideOutsideOfPackage(own)
                        .should()
                        .dependOnClassesThat()
                        .resideInAPackage(library)
                        .check(NODE);
            }
            noClasses()
                    .that()
                    .resideOutsideOfPackage(own)
                    .and()
                    .resideInAPackage(root + "..")
                    .and()
                    .doNotHaveSimpleName("ObjectStores")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(own)
                    .check(NODE);
        }
        noClasses()
                .that()
                .resideInAnyPackage(root, root + ".file..", root + ".sealed..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(root + ".stream..")
                .check(NODE);
    }

    /** Programs that embed members see these types, and have no Quarkus around them. */
    @Test
    void embeddingShowsNoLibrary() {
        noClasses()
                .that()
                .resideInAPackage(EMBED_ROOT + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "org.rocksdb..",
                        "org.apache.ratis..",
                        "io.grpc..",
                        "io.quarkus..",
                        "jakarta..",
                        "org.jboss..",
                        "dev.mainstay.etcd.proto..")
                .check(NODE);
        noClasses()
                .that()
                .resideOutsideOfPackage(EMBED_ROOT + ".junit..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.junit..")
                .check(NODE);
    }

    private static DescribedPredicate<JavaClass> resideInJavaTime() {
        return DescribedPredicate.describe(
                "in java.time", type -> type.getPackageName().startsWith("java.time"));
    }

    /** The first package below the root, empty for classes that are not ours. */
    private static String area(JavaClass type) {
        String name = type.getPackageName();
        if (name.startsWith(EMBED_ROOT)) {
            return EMBED;
        }
        if (!name.startsWith(ROOT)) {
            return "";
        }
        String rest = name.substring(ROOT.length());
        int dot = rest.indexOf('.');
        return dot < 0 ? rest : rest.substring(0, dot);
    }
}
