package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code etcdctl lease}: grant, timetolive, list, keep-alive, revoke. */
final class EtcdctlLeaseE2E extends EtcdctlSuite {
    @Test
    void leaseLivesWithItsKeysAndTakesThemAlong() {
        String lease = grantedLease();
        etcdctl().out("put", "lease/tied/a", "v", "--lease=" + lease);
        etcdctl().out("put", "lease/tied/b", "v", "--lease=" + lease);

        assertThat(etcdctl().out("lease", "timetolive", lease))
                .matches("lease " + lease + " granted with TTL\\(100s\\), remaining\\(9[89]s\\)\n");
        assertThat(etcdctl().out("lease", "timetolive", "--keys", lease))
                .matches(
                        "lease " + lease
                                + " granted with TTL\\(100s\\), remaining\\(9[89]s\\), attached keys\\(\\[lease/tied/[ab] lease/tied/[ab]]\\)\n");
        assertThat(etcdctl().out("lease", "keep-alive", "--once", lease))
                .isEqualTo("lease " + lease + " keepalived with TTL(100)\n");
        long before = revision();
        assertThat(etcdctl().out("lease", "revoke", lease)).isEqualTo("lease " + lease + " revoked\n");

        assertThat(revision()).isEqualTo(before + 1);
        assertThat(etcdctl().out("get", "--prefix", "lease/tied/")).isEmpty();
        assertThat(etcdctl().out("lease", "timetolive", lease)).isEqualTo("lease " + lease + " already expired\n");
        assertThat(etcdctl().run("lease", "keep-alive", "--once", lease).code()).isEqualTo(2);
        assertThat(etcdctl().run("lease", "keep-alive", lease).out())
                .isEqualTo("lease " + lease + " expired or revoked.\n");
        ProgramRun.Result again = etcdctl().run("lease", "revoke", lease);
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err().strip())
                .endsWith("Error: failed to revoke lease (etcdserver: requested lease not found)");
    }

    @Test
    void listNamesEveryLease() {
        String first = grantedLease();
        String second = grantedLease();

        String list = etcdctl().out("lease", "list");
        assertThat(list).startsWith("found ").contains("\n" + first + "\n", "\n" + second + "\n");
        long count = list.lines().count() - 1;
        assertThat(list).startsWith("found " + count + " leases\n");
        assertThat(etcdctl().out("lease", "list", "-w", "json"))
                .contains("{\"id\":" + Long.parseLong(first, 16) + "}", "{\"id\":" + Long.parseLong(second, 16) + "}");
        etcdctl().out("lease", "revoke", first);
        etcdctl().out("lease", "revoke", second);
        assertThat(etcdctl().out("lease", "list")).doesNotContain(first, second);
    }

    @Test
    void everyOutputFormatShowsTheLease() {
        assertThat(anonymous(etcdctl().out("lease", "grant", "60", "-w", "json")))
                .matches("\\{" + HEADER + ",\"revision\":" + revision() + ",\"ID\":\\d+,\"TTL\":60,\"Error\":\"\"}\n");
        String fields = etcdctl().out("lease", "grant", "60", "-w", "fields");
        assertThat(field(fields, "TTL")).isEqualTo("60");
        String lease = Long.toHexString(Long.parseLong(field(fields, "ID")));
        etcdctl().out("put", "lease/json", "v", "--lease=" + lease);
        assertThat(anonymous(etcdctl().out("lease", "timetolive", "--keys", lease, "-w", "json")))
                .matches(
                        "\\{" + HEADER + ",\"revision\":\\d+,\"id\":\\d+,\"ttl\":5\\d,\"granted-ttl\":60,\"keys\":\\[\""
                                + base64("lease/json") + "\"]}\n");
        assertThat(field(etcdctl().out("lease", "timetolive", lease, "-w", "fields"), "GrantedTTL"))
                .isEqualTo("60");
    }

    @Test
    void shortLeaseIsRaisedToTheMinimumAndExpires() {
        String grant = etcdctl().out("lease", "grant", "1");
        assertThat(grant).endsWith("granted with TTL(2s)\n");
        String lease = grant.split(" ", -1)[1];
        etcdctl().out("put", "lease/short", "v", "--lease=" + lease);

        try (ProgramRun watch = etcdctl().start("watch", "lease/short", "--rev=" + revision())) {
            String events = "PUT\nlease/short\nv\nDELETE\nlease/short\n\n";
            assertThat(watch.awaitOut(out -> out.length() >= events.length())).isEqualTo(events);
        }
        assertThat(etcdctl().out("get", "lease/short")).isEmpty();
        assertThat(etcdctl().out("lease", "timetolive", lease)).endsWith("already expired\n");
    }

    @Test
    void keepAliveHoldsAShortLease() throws InterruptedException {
        String lease = etcdctl().out("lease", "grant", "2").split(" ", -1)[1];
        etcdctl().out("put", "lease/kept", "v", "--lease=" + lease);

        try (ProgramRun keepAlive = etcdctl().start("lease", "keep-alive", lease)) {
            String line = "lease " + lease + " keepalived with TTL(2)\n";
            keepAlive.awaitOut(out -> out.startsWith(line.repeat(7)));
            assertThat(etcdctl().out("get", "lease/kept")).isEqualTo("lease/kept\nv\n");
        }
    }

    @Test
    void nonsenseIsRefused() {
        assertThat(etcdctl().run("lease", "grant", "abc").code()).isEqualTo(128);
        assertThat(etcdctl().run("lease", "grant").code()).isEqualTo(128);
        assertThat(etcdctl().run("lease", "revoke", "zz").code()).isEqualTo(128);
        ProgramRun.Result tooLong = etcdctl().run("lease", "grant", "9000000001");
        assertThat(tooLong.code()).isEqualTo(1);
        assertThat(tooLong.err()).contains("etcdserver: too large lease TTL");
    }
}
