package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code etcdctl txn}: compares, then what to do if they hold, then what to do if not, read from standard input. */
final class EtcdctlTxnE2E extends EtcdctlSuite {
    @Test
    void successBranchRunsInOrderWhenAllComparesHold() {
        etcdctl().out("put", "txn/a", "1");
        long created = revision();

        String out = txn("""
                mod("txn/a") = "%d"
                create("txn/a") = "%d"
                ver("txn/a") < "2"
                val("txn/a") > "0"
                value("txn/a") = "1"

                put txn/b made
                get txn/b
                del txn/a --prev-kv

                get txn/a

                """.formatted(created, created));

        assertThat(out).isEqualTo("SUCCESS\n\nOK\n\ntxn/b\nmade\n\n1\ntxn/a\n1\n");
        assertThat(revision()).isEqualTo(created + 1);
    }

    @Test
    void failureBranchRunsWhenOneCompareFails() {
        etcdctl().out("put", "txn/c", "1");
        long before = revision();

        String out = txn("""
                ver("txn/c") = "1"
                val("txn/c") = "other"

                put txn/c changed

                get txn/c
                del txn/none

                """);

        assertThat(out).isEqualTo("FAILURE\n\ntxn/c\n1\n\n0\n");
        assertThat(revision()).isEqualTo(before);
    }

    /** But for leases: this etcdctl crashes on those by itself. Compares of leases are tested through other clients. */
    @Test
    void everyCompareKindDecides() {
        etcdctl().out("put", "cmp/a", "v");
        etcdctl().out("put", "cmp/a", "v");
        long modified = revision();

        holds("ver(\"cmp/a\") = \"2\"");
        holds("version(\"cmp/a\") > \"1\"");
        fails("version(\"cmp/a\") < \"2\"");
        holds("version(\"cmp/none\") = \"0\"");
        holds("mod(\"cmp/a\") = \"" + modified + "\"");
        fails("mod(\"cmp/a\") > \"" + modified + "\"");
        holds("create(\"cmp/a\") < \"" + modified + "\"");
        fails("c(\"cmp/a\") = \"" + modified + "\"");
        holds("val(\"cmp/a\") = \"v\"");
        holds("value(\"cmp/a\") < \"w\"");
        fails("value(\"cmp/none\") = \"\"");
        fails("value(\"cmp/none\") < \"x\"");
    }

    @Test
    void interactiveModePromptsAndJsonShowsEveryResponse() {
        etcdctl().out("put", "txn/i", "1");
        long before = revision();
        String request = "ver(\"txn/i\") = \"1\"\n\nput txn/i 2\nget txn/i\n\n\n";

        String json = etcdctl().runWithInput(request, "txn", "-w", "json").out();
        ProgramRun.Result interactive = etcdctl().runWithInput(request, "txn", "-i");

        assertThat(anonymous(json))
                .isEqualTo(("{\"header\":{" + HEADER + ",\"revision\":%1$d},\"succeeded\":true,\"responses\":["
                                + "{\"Response\":{\"response_put\":{\"header\":{\"revision\":%1$d}}}},"
                                + "{\"Response\":{\"response_range\":{\"header\":{\"revision\":%1$d},\"kvs\":[{\"key\":\"%2$s\","
                                + "\"create_revision\":%3$d,\"mod_revision\":%1$d,\"version\":2,\"value\":\"%4$s\"}],\"count\":1}}}]}\n")
                        .formatted(before + 1, base64("txn/i"), before, base64("2")));
        assertThat(interactive.out())
                .isEqualTo(
                        "compares:\nsuccess requests (get, put, del):\nfailure requests (get, put, del):\nFAILURE\n");
    }

    @Test
    void serverRefusalsReachTheUser() {
        ProgramRun.Result twice = etcdctl().runWithInput("\nput txn/d 1\nput txn/d 2\n\n\n", "txn");

        assertThat(twice.code()).isEqualTo(1);
        assertThat(twice.err().strip()).endsWith("Error: etcdserver: duplicate key given in txn request");

        StringBuilder many = new StringBuilder("\n");
        for (int i = 0; i < 129; i++) {
            many.append("put txn/many/").append(i).append(" v\n");
        }
        ProgramRun.Result tooMany = etcdctl().runWithInput(many.append("\n\n").toString(), "txn");
        assertThat(tooMany.code()).isEqualTo(1);
        assertThat(tooMany.err().strip()).endsWith("Error: etcdserver: too many operations in txn request");
    }

    private String txn(String request) {
        ProgramRun.Result result = etcdctl().runWithInput(request, "txn");

        assertThat(result.code()).as("%s", result).isZero();
        return result.out();
    }

    private void holds(String compare) {
        assertThat(txn(compare + "\n\n\n\n")).as(compare).isEqualTo("SUCCESS\n");
    }

    private void fails(String compare) {
        assertThat(txn(compare + "\n\n\n\n")).as(compare).isEqualTo("FAILURE\n");
    }
}
