package dev.mainstay.e2e.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the operator runs, and how many of it. */
final class OperatorPods {
    private static final String LABEL = "app.kubernetes.io/name=mainstay-operator";
    private static final String DEPLOYMENT = "deployment/mainstay-operator";

    private static final Pattern NODE_IMAGE = Pattern.compile("--node-image=([^\"]+)");

    private OperatorPods() {}

    /** Moves it away from these nodes: one without a second replica would be missed for minutes. */
    static void awayFrom(List<String> nodes) {
        Kubectl operator = operator();
        nodes.forEach(node -> operator.out("cordon", node));
        try {
            nodes.forEach(node -> operator.out("delete", "pod", "-l", LABEL, "--field-selector=spec.nodeName=" + node));
            operator.out("rollout", "status", DEPLOYMENT, "--timeout=110s");
        } finally {
            nodes.forEach(node -> operator.out("uncordon", node));
        }
    }

    /** Runs so many replicas, and waits for them; how many it were before. */
    static int scale(int replicas) {
        Kubectl operator = operator();
        int before = Integer.parseInt(operator.get(DEPLOYMENT, "{.spec.replicas}"));
        operator.out("scale", DEPLOYMENT, "--replicas=" + replicas);
        operator.out("rollout", "status", DEPLOYMENT, "--timeout=110s");
        Await.until(
                replicas + " replicas",
                () -> operator.list("pods", LABEL, "{.metadata.name}").size() == replicas,
                () -> operator.out("get", "pods", "-o", "wide"));
        return before;
    }

    /** The pod that leads, by its lease. */
    static String leader() {
        return operator().get("lease/mainstay-operator", "{.spec.holderIdentity}");
    }

    /** Its image. */
    static String image() {
        return operator().get(DEPLOYMENT, "{.spec.template.spec.containers[0].image}");
    }

    /** Where it takes the node's image from, by its flag. */
    static String nodeRepository() {
        Matcher flag = NODE_IMAGE.matcher(arguments());
        assertThat(flag.find()).as(arguments()).isTrue();
        return flag.group(1);
    }

    /** Lets it take the node's image from there, as another release might, and waits until it runs so. */
    static void nodeRepository(String repository) {
        Kubectl operator = operator();
        String changed = NODE_IMAGE.matcher(arguments()).replaceFirst("--node-image=" + repository);
        operator.out(
                "patch",
                DEPLOYMENT,
                "--type=json",
                "-p=[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/args\",\"value\":" + changed
                        + "}]");
        operator.out("rollout", "status", DEPLOYMENT, "--timeout=110s");
    }

    private static String arguments() {
        return operator().get(DEPLOYMENT, "{.spec.template.spec.containers[0].args}");
    }

    /** Kills this pod at once. */
    static void kill(String pod) {
        operator().out("delete", "pod", pod, "--force", "--grace-period=0");
    }

    private static Kubectl operator() {
        return Kubectl.in(Settings.operatorNamespace());
    }
}
