package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mainstay.etcd.proto.AlarmRequest;
import dev.mainstay.etcd.proto.AlarmType;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import org.junit.jupiter.api.Test;

/** {@code etcdctl endpoint}, {@code member list}, {@code alarm}, {@code defrag}, {@code version}, and bad commands. */
final class EtcdctlServerE2E extends EtcdctlSuite {
    @Test
    void healthReadsAndSaysSo() {
        String endpoint = server().endpoint();

        assertThat(etcdctl().out("endpoint", "health"))
                .matches(endpoint + " is healthy: successfully committed proposal: took = .*s\n");
        assertThat(etcdctl().out("endpoint", "health", "--cluster")).startsWith(endpoint + " is healthy");
        assertThat(etcdctl().out("endpoint", "health", "-w", "json"))
                .matches("\\[\\{\"endpoint\":\"" + endpoint + "\",\"health\":true,\"took\":\"[^\"]*\"}]\n");
        assertThat(etcdctl().out("endpoint", "health", "-w", "fields")).contains("\"Health\" : true\n");
        assertThat(cells(etcdctl().out("endpoint", "health", "-w", "table"))).startsWith(endpoint, "true");
    }

    @Test
    void alarmMakesTheEndpointUnhealthyUntilDisarmed() {
        StatusResponse status = status();
        client().maintenance()
                .alarm(AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.ACTIVATE)
                        .setMemberID(status.getHeader().getMemberId())
                        .setAlarm(AlarmType.NOSPACE)
                        .build());
        String line = "memberID:" + Long.toUnsignedString(status.getHeader().getMemberId()) + " alarm:NOSPACE \n";

        assertThat(etcdctl().out("alarm", "list")).isEqualTo(line);
        ProgramRun.Result health = etcdctl().run("endpoint", "health");
        assertThat(health.code()).isEqualTo(1);
        assertThat(health.out() + health.err()).contains("is unhealthy", "Active Alarm(s): NOSPACE");
        refused("etcdserver: mvcc: database space exceeded", "put", "alarm/a", "v");
        assertThat(etcdctl().out("del", "alarm/a")).isEqualTo("0\n");
        assertThat(etcdctl().out("alarm", "disarm")).isEqualTo(line);
        assertThat(etcdctl().out("alarm", "disarm")).isEmpty();
        assertThat(etcdctl().out("alarm", "list")).isEmpty();
        assertThat(anonymous(etcdctl().out("alarm", "list", "-w", "json")))
                .isEqualTo("{\"header\":{" + HEADER + ",\"revision\":" + revision() + "}}\n");
        assertThat(etcdctl().out("put", "alarm/a", "v")).isEqualTo("OK\n");
    }

    @Test
    void statusTellsVersionLeaderAndSizes() {
        StatusResponse status = status();
        String id = Long.toHexString(status.getHeader().getMemberId());

        assertThat(etcdctl().out("endpoint", "status"))
                .matches(server().endpoint() + ", " + id + ", " + product().versionPattern()
                        + ", [0-9.]+ [kMG]?B, true, false, \\d+, \\d+, \\d+, \n");
        assertThat(cells(etcdctl().out("endpoint", "status", "-w", "table"))).startsWith(server().endpoint(), id);
        String json = etcdctl().out("endpoint", "status", "--cluster", "-w", "json");
        assertThat(json)
                .contains(
                        "\"leader\":" + Long.toUnsignedString(status.getHeader().getMemberId()),
                        "\"version\":\"3.",
                        "\"dbSize\":",
                        "\"dbSizeInUse\":",
                        "\"raftIndex\":",
                        "\"raftAppliedIndex\":");
        String fields = etcdctl().out("endpoint", "status", "-w", "fields");
        assertThat(field(fields, "IsLearner")).isEqualTo("false");
        assertThat(field(fields, "Errors")).isEqualTo("[]");
        assertThat(Long.parseLong(field(fields, "DBSize"))).isPositive();
        assertThat(status.getDbSizeInUse()).isPositive().isLessThanOrEqualTo(status.getDbSize());
        assertThat(status.getRaftAppliedIndex()).isPositive().isLessThanOrEqualTo(status.getRaftIndex());
        assertThat(status.getDbSizeQuota() > 0).isEqualTo(product().reportsQuotaInStatus());
        assertThat(status.hasDowngradeInfo()).isEqualTo(product().reportsQuotaInStatus());
    }

    @Test
    void hashChangesWithTheContentOnly() {
        etcdctl().out("put", "hash/a", "1");
        String first = hash();

        assertThat(hash()).isEqualTo(first);
        long then = revision();
        etcdctl().out("put", "hash/a", "2");
        assertThat(hash()).isNotEqualTo(first);
        assertThat(hash("--rev=" + then)).isEqualTo(first);
        assertThat(etcdctl().out("endpoint", "hashkv", "-w", "json"))
                .contains("\"hash\":" + hash(), "\"revision\":" + revision());
        assertThat(cells(etcdctl().out("endpoint", "hashkv", "-w", "table")))
                .containsExactly(server().endpoint(), hash());
        assertThat(field(etcdctl().out("endpoint", "hashkv", "-w", "fields"), "Hash"))
                .isEqualTo(hash());
        ProgramRun.Result future = etcdctl().run("endpoint", "hashkv", "--rev=" + (then + 999));
        assertThat(future.code()).isEqualTo(1);
        assertThat(future.err()).contains("etcdserver: mvcc: required revision is a future revision");
    }

    @Test
    void memberListShowsTheOneMember() {
        String id = Long.toHexString(status().getHeader().getMemberId());

        assertThat(etcdctl().out("member", "list"))
                .matches(id + ", started, default, http://127.0.0.1:\\d+, " + server().endpoint() + ", false\n");
        assertThat(cells(etcdctl().out("member", "list", "-w", "table"))).startsWith(id, "started", "default");
        assertThat(anonymous(etcdctl().out("member", "list", "-w", "json")))
                .matches("\\{\"header\":\\{" + HEADER + "},\"members\":\\[\\{\"ID\":\\d+,\"name\":\"default\","
                        + "\"peerURLs\":\\[\"http://127.0.0.1:\\d+\"],\"clientURLs\":\\[\"" + server().endpoint()
                        + "\"]}]}\n");
        assertThat(etcdctl().out("member", "list", "--hex", "-w", "json")).contains("\"ID\":\"" + id + "\"");
        assertThat(field(etcdctl().out("member", "list", "-w", "fields"), "IsLearner"))
                .isEqualTo("false");
    }

    @Test
    void defragmentationFinishes() {
        assertThat(etcdctl().out("defrag"))
                .isEqualTo("Finished defragmenting etcd member[" + server().endpoint() + "]\n");
        assertThat(etcdctl().out("defrag", "--cluster"))
                .isEqualTo("Finished defragmenting etcd member[" + server().endpoint() + "]\n");
    }

    @Test
    void badCommandsAndDeadEndpointsFailByTheirOwnCodes() {
        assertThat(etcdctl().out("version")).startsWith("etcdctl version: 3.");
        assertThat(etcdctl().run("nonsense").code()).isEqualTo(1);
        assertThat(etcdctl().run("get", "a", "--nonsense").code()).isEqualTo(1);
        Etcdctl nowhere = new Etcdctl("127.0.0.1:1");
        ProgramRun.Result unreachable = nowhere.run("get", "a", "--command-timeout=300ms");
        assertThat(unreachable.code()).isEqualTo(1);
        assertThat(unreachable.err()).contains("context deadline exceeded");
        ProgramRun.Result unhealthy = nowhere.run("endpoint", "health", "--command-timeout=300ms");
        assertThat(unhealthy.code()).isEqualTo(1);
        assertThat(unhealthy.err()).contains("is unhealthy: failed to commit proposal");
        assertThat(new Etcdctl("http://127.0.0.1:1," + server().endpoint()).out("put", "bad/a", "v"))
                .isEqualTo("OK\n");
    }

    private StatusResponse status() {
        return client().maintenance().status(StatusRequest.getDefaultInstance());
    }

    private String hash(String... flags) {
        String[] command = {"endpoint", "hashkv"};
        String out = flags.length == 0 ? etcdctl().out(command) : etcdctl().out("endpoint", "hashkv", flags[0]);

        assertThat(out).matches(server().endpoint() + ", \\d+\n");
        return out.strip().split(", ", -1)[1];
    }

    /** The cells of a table's only row. */
    private static String[] cells(String table) {
        String row = table.lines()
                .filter(line -> line.startsWith("│") || line.startsWith("|"))
                .skip(1)
                .findFirst()
                .orElseThrow();
        return java.util.Arrays.stream(row.split("[│|]", -1))
                .map(String::strip)
                .filter(cell -> !cell.isEmpty())
                .toArray(String[]::new);
    }
}
