package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/** What the suites of etcdctl's commands share: reading its output formats. */
abstract class EtcdctlSuite extends OnBothServers {
    /** How a header begins in JSON once {@link #anonymous} has been over it. */
    static final String HEADER = "\"cluster_id\":_,\"member_id\":_";

    /** JSON output without what differs from server to server: ids and raft terms. */
    static String anonymous(String json) {
        return json.replaceAll("\"(cluster_id|member_id)\":\\d+", "\"$1\":_").replaceAll(",\"raft_term\":\\d+", "");
    }

    /** The value of one line of {@code -w fields}; the first of that name. */
    static String field(String fields, String name) {
        return fields.lines()
                .filter(line -> line.startsWith("\"" + name + "\" : "))
                .map(line -> line.substring(name.length() + 5))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + name + " in " + fields));
    }

    /** Bytes as etcdctl writes them into JSON. */
    static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The keys a get finds, in the order they were printed. */
    final List<String> keys(String... get) {
        String[] command = Arrays.copyOf(get, get.length + 1);
        command[get.length] = "--keys-only";
        return etcdctl().out(command).lines().filter(line -> !line.isEmpty()).toList();
    }

    /** The command must fail as etcd's refusals do: exit code 1 and exactly this message as the last line. */
    final void refused(String message, String... command) {
        ProgramRun.Result result = etcdctl().run(command);

        assertThat(result.code()).as("%s", result).isEqualTo(1);
        assertThat(result.err().strip()).endsWith("Error: " + message);
        assertThat(result.out()).isEmpty();
    }

    /** Grants a lease of 100 s; its id as etcdctl prints it. */
    final String grantedLease() {
        String out = etcdctl().out("lease", "grant", "100");

        assertThat(out).matches("lease [0-9a-f]{16} granted with TTL\\(100s\\)\n");
        return out.split(" ", -1)[1];
    }
}
