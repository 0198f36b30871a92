package dev.mainstay.operator.cluster;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which kinds this cluster doesn't serve: too old, or too new. Found out by being refused, and asked again after a while, by reading only,
 * since clusters are upgraded. Any thread.
 */
final class AbsentApis {

    private static final Duration AGAIN = Duration.ofMinutes(10);

    /** Beyond this what was told is forgotten, and told once more. */
    private static final int TOLD = 10_000;

    private final KubernetesClient kubernetes;
    private final Map<String, Instant> asked = new ConcurrentHashMap<>();
    private final Set<String> told = ConcurrentHashMap.newKeySet();

    AbsentApis(KubernetesClient kubernetes) {
        this.kubernetes = kubernetes;
    }

    /** Whether it is known that objects like this one can't be made. */
    boolean absent(HasMetadata object, Instant now) {
        Instant last = asked.get(kind(object));
        return last != null && (last.plus(AGAIN).isAfter(now) || !served(object, now));
    }

    /** The API server didn't find where to put this object: true if it doesn't serve the kind. */
    boolean refused(HasMetadata object, Instant now) {
        return !served(object, now);
    }

    private boolean served(HasMetadata object, Instant now) {
        boolean served = kubernetes.supports(object.getApiVersion(), object.getKind());
        if (served) {
            asked.remove(kind(object));
        } else {
            asked.put(kind(object), now);
        }
        return served;
    }

    /** Whether the owner with this uid is to be told now; true once for each kind. */
    boolean tell(String uid, HasMetadata object) {
        if (told.size() >= TOLD) {
            told.clear();
        }
        return told.add(uid + " " + kind(object));
    }

    private static String kind(HasMetadata object) {
        return object.getApiVersion() + " " + object.getKind();
    }
}
