package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code etcdctl watch}: history and live, single keys and prefixes, interactive, with a command per event. */
final class EtcdctlWatchE2E extends EtcdctlSuite {
    @Override
    String[] flags() {
        return new String[] {product().watchProgressFlag("200ms")};
    }

    @Test
    void historyAndLiveEventsAreOneSequence() {
        long before = revision();
        etcdctl().out("put", "watch/h/1", "v1");
        etcdctl().out("put", "watch/h/2", "v2");

        try (ProgramRun watch =
                etcdctl().start("watch", "--prefix", "watch/h/", "--rev=" + (before + 1), "--prev-kv")) {
            watch.awaitOut(out -> out.contains("v2"));
            etcdctl().out("put", "watch/h/1", "v3");
            etcdctl().out("del", "watch/h/2");
            etcdctl().out("put", "watch/other", "x");
            etcdctl().out("put", "watch/h/3", "end");

            assertThat(watch.awaitOut(out -> out.contains("end\n"))).isEqualTo("""
                            PUT
                            watch/h/1
                            v1
                            PUT
                            watch/h/2
                            v2
                            PUT
                            watch/h/1
                            v1
                            watch/h/1
                            v3
                            DELETE
                            watch/h/2
                            v2
                            watch/h/2

                            PUT
                            watch/h/3
                            end
                            """);
            assertThat(watch.interrupt().code()).isNotZero();
        }
    }

    @Test
    void rangeWatchEndsBeforeItsEnd() {
        long before = revision();
        for (String key : new String[] {"a", "b", "c", "d"}) {
            etcdctl().out("put", "watch/r/" + key, key);
        }

        try (ProgramRun watch = etcdctl().start("watch", "watch/r/b", "watch/r/d", "--rev=" + before)) {
            etcdctl().out("put", "watch/r/b", "last");
            assertThat(watch.awaitOut(out -> out.contains("last\n")))
                    .isEqualTo("PUT\nwatch/r/b\nb\nPUT\nwatch/r/c\nc\nPUT\nwatch/r/b\nlast\n");
        }
    }

    @Test
    void jsonShowsWholeEvents() {
        long before = revision();
        etcdctl().out("put", "watch/j", "1");
        etcdctl().out("del", "watch/j");

        try (ProgramRun watch = etcdctl().start("watch", "watch/j", "--rev=" + (before + 1), "-w", "json")) {
            assertThat(anonymous(watch.awaitOut(out -> out.endsWith("\n"))))
                    .isEqualTo(("{\"Header\":{" + HEADER + ",\"revision\":%d},\"Events\":[{\"kv\":{\"key\":\"%s\","
                                    + "\"create_revision\":%d,\"mod_revision\":%3$d,\"version\":1,\"value\":\"%s\"}},"
                                    + "{\"type\":1,\"kv\":{\"key\":\"%2$s\",\"mod_revision\":%1$d}}],"
                                    + "\"CompactRevision\":0,\"Canceled\":false,\"Created\":false}\n")
                            .formatted(before + 2, base64("watch/j"), before + 1, base64("1")));
        }
    }

    @Test
    void commandRunsPerEventWithTheEventInItsEnvironment() {
        long before = revision();
        etcdctl().out("put", "watch/x", "1");
        etcdctl().out("del", "watch/x");

        try (ProgramRun watch = etcdctl()
                .start(
                        "watch",
                        "watch/x",
                        "--rev=" + (before + 1),
                        "--",
                        "sh",
                        "-c",
                        "echo $ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE $ETCD_WATCH_REVISION")) {
            assertThat(watch.awaitOut(out -> out.contains("\"DELETE\"")))
                    .startsWith("PUT\nwatch/x\n1\nDELETE\nwatch/x\n\n")
                    .contains(
                            "\"PUT\" \"watch/x\" \"1\" " + (before + 2) + "\n",
                            "\"DELETE\" \"watch/x\" \"\" " + (before + 2));
        }
    }

    @Test
    void interactiveModeCarriesSeveralWatchesAndProgress() {
        long before = revision();
        etcdctl().out("put", "watch/i/1", "v1");
        etcdctl().out("put", "watch/i/2", "v2");

        try (ProgramRun watch = etcdctl().start("watch", "-i")) {
            watch.write("watch watch/i/1 --rev=" + before + "\n");
            watch.awaitOut(out -> out.contains("watch/i/1\nv1\n"));
            watch.write("watch --prefix watch/i/ --prev-kv\n");
            watch.write("watch watch/i/2 --rev=" + before + "\n");
            watch.awaitOut(out -> out.contains("watch/i/2\nv2\n"));
            // Answered only while every watch of the stream is in sync: ask until it is.
            String progress = "progress notify: " + revision() + "\n";
            for (int i = 0; i < 100 && !watch.toString().contains(progress); i++) {
                watch.write("progress\n");
                etcdctl().out("version");
            }
            watch.awaitOut(out -> out.contains(progress));
            etcdctl().out("put", "watch/i/2", "v3");
            // Both watches see it, one with what was before. etcdctl prints them from two threads, line by line.
            String out =
                    watch.awaitOut(text -> lines(text, "PUT") == 4 && lines(text, "v2") == 2 && lines(text, "v3") == 2);
            assertThat(out).startsWith("PUT\nwatch/i/1\nv1\nPUT\nwatch/i/2\nv2\n");
        }
    }

    private static long lines(String text, String line) {
        return text.lines().filter(line::equals).count();
    }

    @Test
    void progressIsNotifiedWithoutEvents() {
        long now = revision();

        try (ProgramRun watch = etcdctl().start("watch", "watch/p", "--progress-notify")) {
            watch.awaitOut(out -> out.contains("progress notify: " + now + "\n"));
        }
    }

    @Test
    void compactedHistoryEndsTheWatch() {
        long before = revision();
        etcdctl().out("put", "watch/c", "1");
        etcdctl().out("put", "watch/c", "2");
        etcdctl().out("compaction", Long.toString(before + 2));

        ProgramRun.Result result = etcdctl().run("watch", "watch/c", "--rev=" + before);

        assertThat(result.code()).isEqualTo(5);
        assertThat(result.err())
                .contains("watch was canceled (etcdserver: mvcc: required revision has been compacted)")
                .endsWith("Error: watch is canceled by the server\n");
    }
}
