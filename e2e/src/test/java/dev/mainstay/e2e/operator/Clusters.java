package dev.mainstay.e2e.operator;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** A namespace for a test class, which goes at its end unless E2E_KEEP is set; and a look whether there is an operator at all. */
final class Clusters implements BeforeAllCallback, AfterAllCallback {
    private final String namespace;

    Clusters(String namespace) {
        this.namespace = namespace;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        String ready =
                Kubectl.in(Settings.operatorNamespace()).get("deployment/mainstay-operator", "{.status.readyReplicas}");
        if (ready.isEmpty()) {
            throw new AssertionError("KUBECONFIG is set, but no operator is ready in namespace "
                    + Settings.operatorNamespace() + " there: run make deploy, or unset KUBECONFIG");
        }
    }

    /** A cluster of this name in the namespace; not applied yet. */
    OperatedCluster cluster(String name) {
        return OperatedCluster.named(namespace, name);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        if (System.getenv("E2E_KEEP") == null) {
            var _ = Kubectl.in(namespace)
                    .run(new byte[0], "delete", "namespace", namespace, "--ignore-not-found", "--wait=false");
        }
    }
}
