package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.e2e.server.TestServer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What etcdctl builds out of several requests: locks, elections, mirrors and its own load check. */
final class EtcdctlRecipesE2E extends EtcdctlSuite {
    @Test
    void lockIsHeldByOneAndPassedOn() {
        try (ProgramRun first = etcdctl().start("lock", "recipe")) {
            assertThat(first.awaitOut(out -> out.endsWith("\n")).strip()).matches("recipe/[0-9a-f]+");
            try (ProgramRun second =
                    etcdctl().start("lock", "recipe", "--", "sh", "-c", "echo held by $ETCD_LOCK_KEY")) {
                awaitContenders(2);
                assertThat(second.toString()).doesNotContain("held by recipe/");
                first.interrupt();
                assertThat(second.await().out()).matches("held by recipe/[0-9a-f]+\n");
            }
        }
        assertThat(keys("get", "--prefix", "recipe/")).isEmpty();
    }

    @Test
    void lockRunsACommandAndReturnsItsExitCode() {
        assertThat(etcdctl().out("lock", "recipe-run", "echo", "done")).isEqualTo("done\n");
        assertThat(etcdctl()
                        .run("lock", "recipe-run", "--ttl=5", "--", "sh", "-c", "exit 7")
                        .code())
                .isNotZero();
        assertThat(keys("get", "--prefix", "recipe-run/")).isEmpty();
    }

    @Test
    void electionHasOneLeaderAndAnObserver() {
        try (ProgramRun leader = etcdctl().start("elect", "race", "first")) {
            assertThat(leader.awaitOut(out -> out.endsWith("first\n"))).matches("race/[0-9a-f]+\nfirst\n");
            try (ProgramRun observer = etcdctl().start("elect", "-l", "race");
                    ProgramRun candidate = etcdctl().start("elect", "race", "second")) {
                assertThat(observer.awaitOut(out -> out.contains("first\n"))).matches("race/[0-9a-f]+\nfirst\n");
                leader.interrupt();
                assertThat(candidate.awaitOut(out -> out.endsWith("second\n"))).matches("race/[0-9a-f]+\nsecond\n");
                observer.awaitOut(out -> out.endsWith("second\n"));
            }
        }
    }

    /**
     * Mirrors this server into a fresh one of either product, history first and live changes after. Each target has source
     * keys of its own: with those of the one before, the history alone would hold what is awaited of the live changes.
     */
    @ParameterizedTest
    @EnumSource
    void mirrorFollowsIntoEveryProduct(Product target, @TempDir Path dir) {
        String source = "mirror-" + target + "/";
        for (int i = 0; i < 5; i++) {
            etcdctl().out("put", source + i, "v" + i);
        }
        try (TestServer copy = target.start(dir)) {
            Etcdctl there = new Etcdctl(copy.endpoint());
            try (ProgramRun mirror = etcdctl()
                    .start(
                            "make-mirror",
                            "--prefix=" + source,
                            "--dest-prefix=copy/",
                            "--no-dest-prefix=false",
                            copy.endpoint())) {
                awaitCopy(there, "copy/4", "v4");
                etcdctl().out("put", source + 5, "live");
                etcdctl().out("del", source + 0);
                etcdctl().runWithInput("\nput %1$s6 txn\ndel %1$s1\nput %1$s7 txn\n\n\n".formatted(source), "txn");
                awaitCopy(there, "copy/7", "txn");
                assertThat(mirror.toString()).doesNotContain("Error");
            }
            assertThat(there.out("get", "--prefix", "copy/", "--keys-only")
                            .lines()
                            .filter(line -> !line.isEmpty()))
                    .as(() -> there.out("get", "--prefix", "copy/", "-w", "json"))
                    .containsExactly("copy/2", "copy/3", "copy/4", "copy/5", "copy/6", "copy/7");
        }
    }

    @Tag("slow")
    @Test
    void loadCheckPasses() {
        try (ProgramRun check = etcdctl().start("check", "perf", "--load=s")) {
            ProgramRun.Result result = check.await(Duration.ofMinutes(2));
            assertThat(result.out()).doesNotContain("FAIL").contains("PASS");
            assertThat(result.code()).isZero();
        }
    }

    private void awaitContenders(int count) {
        for (int tries = 0; keys("get", "--prefix", "recipe/").size() < count; tries++) {
            assertThat(tries).as("contenders for the lock").isLessThan(500);
        }
    }

    private static void awaitCopy(Etcdctl there, String key, String value) {
        try (ProgramRun watch = there.start("watch", key, "--rev=1")) {
            watch.awaitOut(out -> out.contains(key + "\n" + value + "\n"));
        }
    }
}
