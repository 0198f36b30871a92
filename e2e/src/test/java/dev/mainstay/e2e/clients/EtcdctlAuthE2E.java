package dev.mainstay.e2e.clients;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** {@code etcdctl user}, {@code role} and {@code auth}: from an open server to one that asks everybody, and back. */
final class EtcdctlAuthE2E extends EtcdctlSuite {
    private static final String ROOT = "--user=root:toor";
    private static final String ANN = "--user=ann:secret";
    private static final String DENIED = "etcdserver: permission denied";

    @Override
    String[] flags() {
        return new String[] {"--bcrypt-cost=4"};
    }

    @Test
    void aServerIsLockedUsedByUsersAndOpenedAgain() {
        usersAndRoles();

        assertThat(etcdctl().out("auth", "enable")).isEqualTo("Authentication Enabled\n");

        nobodyGetsIn();
        annDoesWhatHerRoleAllows();
        permissionsAndPasswordsChange();
        assertThat(etcdctl().out("auth", "disable", ROOT)).isEqualTo("Authentication Disabled\n");
        assertThat(etcdctl().out("put", "open", "1")).isEqualTo("OK\n");
        assertThat(etcdctl().out("user", "delete", "root")).isEqualTo("User root deleted\n");
    }

    private void usersAndRoles() {
        assertThat(etcdctl().out("user", "add", "root:toor")).isEqualTo("User root created\n");
        assertThat(etcdctl().out("user", "add", "ann:secret")).isEqualTo("User ann created\n");
        assertThat(etcdctl().out("user", "add", "cert", "--no-password")).isEqualTo("User cert created\n");
        refused("etcdserver: user name already exists", "user", "add", "ann:other");
        refused("etcdserver: role name not found", "user", "grant-role", "ann", "some");
        refused("etcdserver: user name not found", "user", "get", "bob");
        assertThat(etcdctl().out("role", "add", "some")).isEqualTo("Role some created\n");
        refused("etcdserver: role name already exists", "role", "add", "some");
        assertThat(etcdctl().out("role", "list").lines()).contains("some");
        assertThat(etcdctl().out("role", "grant-permission", "some", "readwrite", "a", "d"))
                .isEqualTo("Role some updated\n");
        assertThat(etcdctl().out("role", "grant-permission", "some", "read", "r"))
                .isEqualTo("Role some updated\n");
        assertThat(etcdctl().out("role", "grant-permission", "some", "--prefix", "write", "w/"))
                .isEqualTo("Role some updated\n");
        assertThat(etcdctl().out("role", "get", "some"))
                .isEqualTo("Role some\nKV Read:\n\t[a, d)\n\tr\nKV Write:\n\t[a, d)\n\t[w/, w0) (prefix w/)\n");
        assertThat(etcdctl().out("user", "grant-role", "ann", "some")).isEqualTo("Role some is granted to user ann\n");
        assertThat(etcdctl().out("user", "get", "ann")).isEqualTo("User: ann\nRoles: some\n");
        assertThat(etcdctl().out("user", "grant-role", "root", "root"))
                .isEqualTo("Role root is granted to user root\n");
        assertThat(etcdctl().out("auth", "status")).startsWith("Authentication Status: false\nAuthRevision: ");
    }

    private void nobodyGetsIn() {
        refused("etcdserver: user name is empty", "get", "a");
        refused("etcdserver: user name is empty", "put", "a", "1");
        refused("etcdserver: user name is empty", "user", "list");
        wrongPassword("get", "a", "--user=ann:wrong");
        wrongPassword("get", "a", "--user=bob:x");
        assertThat(etcdctl().out("auth", "status", ROOT)).startsWith("Authentication Status: true\nAuthRevision: ");
    }

    private void annDoesWhatHerRoleAllows() {
        assertThat(etcdctl().out("put", "a", "1", ANN)).isEqualTo("OK\n");
        assertThat(etcdctl().out("get", "a", "d", ANN)).isEqualTo("a\n1\n");
        assertThat(etcdctl().out("get", "r", ANN)).isEmpty();
        assertThat(etcdctl().out("put", "w/1", "1", ANN)).isEqualTo("OK\n");
        refused(DENIED, "get", "w/1", ANN);
        refused(DENIED, "put", "r", "1", ANN);
        refused(DENIED, "get", "r", "--from-key", ANN);
        refused(DENIED, "get", "", "--prefix", ANN);
        refused(DENIED, "del", "a", "e", ANN);
        refused(DENIED, "del", "w/1", "--prev-kv", ANN);
        refused(DENIED, "compact", "2", ANN);
        refused(DENIED, "user", "list", ANN);
        refused(DENIED, "role", "get", "root", ANN);
        assertThat(etcdctl().out("role", "get", "some", ANN)).startsWith("Role some\n");
        assertThat(etcdctl().out("user", "get", "ann", ANN)).isEqualTo("User: ann\nRoles: some\n");
        assertThat(etcdctl()
                        .runWithInput("\nput a 2\n\nput x 1\n\n", "txn", ANN)
                        .err())
                .endsWith(DENIED + "\n");
        assertThat(etcdctl()
                        .runWithInput("\nput a 2\n\nput b 1\n\n", "txn", ANN)
                        .out())
                .isEqualTo("SUCCESS\n\nOK\n");
    }

    private void permissionsAndPasswordsChange() {
        assertThat(etcdctl().out("role", "revoke-permission", "some", "r", ROOT))
                .isEqualTo("Permission of key r is revoked from role some\n");
        refused(DENIED, "get", "r", ANN);
        refused("etcdserver: permission is not granted to the role", "role", "revoke-permission", "some", "r", ROOT);
        assertThat(etcdctl()
                        .runWithInput("new\n", "user", "passwd", "ann", "--interactive=false", ROOT)
                        .out())
                .isEqualTo("Password updated\n");
        wrongPassword("get", "a", ANN);
        assertThat(etcdctl().out("get", "a", "--user=ann:new")).isEqualTo("a\n2\n");
        assertThat(etcdctl().out("user", "revoke-role", "ann", "some", ROOT))
                .isEqualTo("Role some is revoked from user ann\n");
        refused("etcdserver: role is not granted to the user", "user", "revoke-role", "ann", "some", ROOT);
        refused(DENIED, "get", "a", "--user=ann:new");
        assertThat(etcdctl().out("role", "delete", "some", ROOT)).isEqualTo("Role some deleted\n");
        assertThat(etcdctl().out("user", "delete", "ann", ROOT)).isEqualTo("User ann deleted\n");
        assertThat(etcdctl().out("user", "list", ROOT)).isEqualTo("cert\nroot\n");
        refused("etcdserver: invalid auth management", "user", "delete", "root", ROOT);
        refused("etcdserver: invalid auth management", "user", "revoke-role", "root", "root", ROOT);
    }

    /** etcdctl couldn't even begin. */
    private void wrongPassword(String... command) {
        ProgramRun.Result result = etcdctl().run(command);

        assertThat(result.code()).as("%s", result).isEqualTo(2);
        assertThat(result.err().strip())
                .endsWith("Error: etcdserver: authentication failed, invalid user ID or password");
    }
}
