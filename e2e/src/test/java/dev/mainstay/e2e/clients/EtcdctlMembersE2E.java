package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code etcdctl member}, as far as one member that runs and one that never does take it, and the checks of a whole server. */
final class EtcdctlMembersE2E extends EtcdctlSuite {
    private static final Pattern ADDED =
            Pattern.compile("Member ([0-9a-f ]+) added to cluster ([0-9a-f ]+)\n\n(?s:(.*))");
    private static final String URL = "http://127.0.0.1:1";

    @Test
    void learnerIsAddedUpdatedNotPromotedAndRemoved() {
        String own = etcdctl().out("member", "list").strip();
        Matcher added = ADDED.matcher(etcdctl().out("member", "add", "newcomer", "--learner", "--peer-urls=" + URL));
        assertThat(added.matches()).isTrue();
        String id = added.group(1).strip();
        String cluster = added.group(2).strip();
        String ownPeer = own.split(", ", -1)[3];

        assertThat(added.group(3).lines())
                .containsExactly(
                        "ETCD_NAME=\"newcomer\"",
                        "ETCD_INITIAL_CLUSTER=\"" + inOrder(id, "newcomer=" + URL, own, "default=" + ownPeer) + "\"",
                        "ETCD_INITIAL_ADVERTISE_PEER_URLS=\"" + URL + "\"",
                        "ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
        assertThat(etcdctl().out("member", "list").lines())
                .containsExactlyInAnyOrder(own, id + ", unstarted, , " + URL + ", , true");
        refused("etcdserver: Peer URLs already exists", "member", "add", "again", "--peer-urls=" + ownPeer);
        refused(
                "etcdserver: too many learner members in cluster",
                "member",
                "add",
                "b",
                "--learner",
                "--peer-urls=" + URL + "1");
        refused("etcdserver: can only promote a learner member which is in sync with leader", "member", "promote", id);
        refused("etcdserver: member not found", "member", "remove", "abc");
        assertThat(etcdctl().out("member", "update", id, "--peer-urls=" + URL + "2"))
                .isEqualTo("Member " + padded(id) + " updated in cluster " + padded(cluster) + "\n");
        // An update makes a voter of a learner in etcd 3.5, in name: a fault that later releases don't have.
        assertThat(etcdctl().out("member", "list"))
                .contains(id + ", unstarted, , " + URL + "2, , " + (product() == Product.MAINSTAY) + "\n");
        assertThat(etcdctl().out("put", "beside/a/learner", "v")).isEqualTo("OK\n");
        assertThat(etcdctl().out("member", "remove", id))
                .isEqualTo("Member " + padded(id) + " removed from cluster " + padded(cluster) + "\n");
        assertThat(etcdctl().out("member", "list").strip()).isEqualTo(own);
        refused("etcdserver: member not found", "member", "update", id, "--peer-urls=" + URL);
    }

    @Test
    void wholeServerIsChecked() {
        assertThat(etcdctl().out("check", "datascale", "--load=s"))
                .containsPattern("PASS: Approximate system memory used : [0-9.]+ MB");
    }

    /** Members are listed by their ids. */
    private static String inOrder(String id, String newcomer, String own, String other) {
        boolean first =
                Long.compareUnsigned(Long.parseUnsignedLong(id, 16), Long.parseUnsignedLong(own.split(",", -1)[0], 16))
                        < 0;
        return first ? newcomer + "," + other : other + "," + newcomer;
    }

    private static String padded(String id) {
        return "%16s".formatted(id);
    }
}
