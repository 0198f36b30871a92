package dev.mainstay.operator.server;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Registers what looks after each kind, as soon as the API server serves it. A kind whose definition isn't installed is no reason to leave the
 * others alone.
 */
final class Kinds {

    private static final Logger LOG = Logger.getLogger(Kinds.class);
    private static final Duration AGAIN = Duration.ofMinutes(1);

    private final KubernetesClient kubernetes;
    private final Operator operator;
    private final Set<String> namespaces;
    private final List<Kind<?>> missing = new ArrayList<>();

    private record Kind<T extends HasMetadata>(Class<T> type, Reconciler<T> reconciler) {}

    Kinds(KubernetesClient kubernetes, Operator operator, Set<String> namespaces) {
        this.kubernetes = kubernetes;
        this.operator = operator;
        this.namespaces = namespaces;
    }

    /** Adds one, to be registered when it is served. */
    <T extends HasMetadata> Kinds with(Class<T> type, Reconciler<T> reconciler) {
        missing.add(new Kind<>(type, reconciler));
        return this;
    }

    /** Registers those that are served, and looks for the others from time to time. Called once. */
    void register() {
        look();
        missing.forEach(kind -> LOG.warnf(
                "%s isn't served here and isn't looked after until it is: make install brings its definition",
                HasMetadata.getKind(kind.type())));
        if (!missing.isEmpty()) {
            var _ = Thread.ofPlatform().daemon().name("missing-kinds").start(this::awaitMissing);
        }
    }

    private void awaitMissing() {
        try {
            while (!missing.isEmpty()) {
                Thread.sleep(AGAIN);
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() {
        for (Iterator<Kind<?>> kinds = missing.iterator(); kinds.hasNext(); ) {
            Kind<?> kind = kinds.next();
            try {
                if (kubernetes.supports(kind.type())) {
                    register(kind);
                    kinds.remove();
                }
            } catch (KubernetesClientException e) {
                LOG.warnf("whether %s is served can't be seen: %s", HasMetadata.getKind(kind.type()), e.getMessage());
            }
        }
    }

    private <T extends HasMetadata> void register(Kind<T> kind) {
        var _ = operator.register(kind.reconciler(), controller -> {
            if (namespaces.isEmpty()) {
                controller.watchingAllNamespaces();
            } else {
                controller.settingNamespaces(namespaces);
            }
        });
    }
}
