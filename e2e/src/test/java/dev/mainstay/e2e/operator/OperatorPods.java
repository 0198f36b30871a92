package dev.mainstay.e2e.operator;

import java.util.List;

/** Where the operator runs. */
final class OperatorPods {

    private OperatorPods() {}

    /** Moves it away from these nodes: one without a second replica would be missed for minutes. */
    static void awayFrom(List<String> nodes) {
        Kubectl operator = Kubectl.in(Settings.operatorNamespace());
        nodes.forEach(node -> operator.out("cordon", node));
        try {
            nodes.forEach(node -> operator.out(
                    "delete",
                    "pod",
                    "-l",
                    "app.kubernetes.io/name=mainstay-operator",
                    "--field-selector=spec.nodeName=" + node));
            operator.out("rollout", "status", "deployment/mainstay-operator", "--timeout=110s");
        } finally {
            nodes.forEach(node -> operator.out("uncordon", node));
        }
    }
}
