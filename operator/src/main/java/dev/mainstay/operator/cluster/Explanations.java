package dev.mainstay.operator.cluster;

import dev.mainstay.operator.cluster.engine.Explanation;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/** The last explanation of each cluster, as long as there is the cluster. Any thread. */
public final class Explanations {

    private static final Logger LOG = Logger.getLogger(Explanations.class);

    private final Map<String, Explanation> last = new ConcurrentHashMap<>();

    /** Keeps it instead of the one before, logs it if it says something else, and whether it does. */
    boolean keep(String namespace, String name, Explanation explanation) {
        Explanation before = last.put(key(namespace, name), explanation);
        boolean isNew = before == null || !before.at(explanation.time()).equals(explanation);
        if (isNew && LOG.isDebugEnabled()) {
            LOG.debugf("%s/%s explained:\n%s", namespace, name, explanation.text());
        }
        return isNew;
    }

    /** That of a cluster; empty if it wasn't looked at by this process, or is gone. */
    public Optional<Explanation> find(String namespace, String name) {
        return Optional.ofNullable(last.get(key(namespace, name)));
    }

    void forget(String namespace, String name) {
        last.remove(key(namespace, name));
    }

    private static String key(String namespace, String name) {
        return namespace + "/" + name;
    }
}
