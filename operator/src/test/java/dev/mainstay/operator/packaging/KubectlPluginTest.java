package dev.mainstay.operator.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code kubectl etcd} asks kubectl for, and what it says when that fails. kubectl is a script that notes its arguments. */
@Timeout(60)
class KubectlPluginTest {

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    private record Result(int status, String said, List<String> asked) {}

    @BeforeEach
    void kubectl() throws IOException {
        answer("""
                case "$*" in
                  *"get lease"*) printf operator-7d9-x ;;
                  *"config view"*) printf team-a ;;
                  *"get --raw"*) echo 'decided    nothing to do' ;;
                  *) exit 1 ;;
                esac
                """);
    }

    private void answer(String script) throws IOException {
        Path kubectl = folder.resolve("kubectl");
        Files.writeString(kubectl, "#!/bin/sh\necho \"$KUBECONFIG|$*\" >> \"" + folder + "/asked\"\n" + script);
        assertThat(kubectl.toFile().setExecutable(true)).isTrue();
    }

    private Result run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "/bin/sh", Rendered.root().resolve("kubectl/kubectl-etcd").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("PATH", folder + ":/usr/bin:/bin");
        builder.environment().put("KUBECONFIG", "usual");
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        Path asked = folder.resolve("asked");
        return new Result(status, said, Files.exists(asked) ? Files.readAllLines(asked) : List.of());
    }

    @Test
    void asksTheReplicaThatLeads() throws IOException, InterruptedException {
        Result result = run("explain", "orders");

        assertThat(result.said()).isEqualTo("decided    nothing to do\n");
        assertThat(result.status()).isZero();
        assertThat(result.asked())
                .containsExactly(
                        "usual|config view --minify -o jsonpath={..namespace}",
                        "usual|-n mainstay-system get lease mainstay-operator -o jsonpath={.spec.holderIdentity}",
                        "usual|get --raw /api/v1/namespaces/mainstay-system/pods/operator-7d9-x:8080/proxy/explain/team-a/orders?output=text");
    }

    @Test
    void takesWhatKubectlTakes() throws IOException, InterruptedException {
        Result result = run(
                "--kubeconfig=other",
                "explain",
                "etcdcluster/orders",
                "-n",
                "team-b",
                "--context",
                "far",
                "-o",
                "json",
                "--operator-namespace=ops");

        assertThat(result.asked())
                .containsExactly(
                        "other|--context=far -n ops get lease mainstay-operator -o jsonpath={.spec.holderIdentity}",
                        "other|--context=far get --raw /api/v1/namespaces/ops/pods/operator-7d9-x:8080/proxy/explain/team-b/orders?output=json");
        assertThat(result.status()).isZero();
    }

    @Test
    void saysWhatIsMissing() throws IOException, InterruptedException {
        assertThat(run().said()).contains("Usage: kubectl etcd explain NAME");
        assertThat(run("--help").status()).isZero();
        assertThat(run("explain").said()).isEqualTo("kubectl etcd: which cluster? kubectl etcd explain NAME\n");
        assertThat(run("explain", "a", "-n").said()).isEqualTo("kubectl etcd: -n needs a value\n");
        assertThat(run("explain", "a", "b").said()).contains("one cluster at a time");
        assertThat(run("explain", "a", "-o", "yaml").said()).contains("output is text or json, not yaml");
        assertThat(run("explain", "a", "--watch").said()).contains("there is no option --watch");
        assertThat(run("shoot", "a").said()).contains("there is no command shoot");
        assertThat(run("shoot", "a").status()).isEqualTo(1);
        assertThat(run("explain").asked()).isEmpty();
    }

    @Test
    void saysWhoDoesNotAnswer() throws IOException, InterruptedException {
        answer("exit 1\n");
        assertThat(run("explain", "a", "-n", "b").said()).contains("is the operator in namespace mainstay-system?");
        answer("exit 0\n");
        assertThat(run("explain", "a", "-n", "b").said()).contains("no replica of the operator leads");
        answer("case \"$*\" in *lease*) printf x ;; *) exit 1 ;; esac\n");
        Result result = run("explain", "a", "-n", "b");
        assertThat(result.said()).contains("x has no explanation of b/a");
        assertThat(result.status()).isEqualTo(1);
    }
}
