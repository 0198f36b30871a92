package dev.mainstay.operator.cluster.desired;

import dev.mainstay.api.v1alpha1.MainstayApi;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.util.Map;
import java.util.Objects;

/**
 * A member's pod that begins the cluster anew alone, with the data that it has. The flag works once: containers that are started again, and
 * pods that are made with it again before the member served, go on where they were. The next pod is one without it. Pure.
 */
public final class BeginsAnew {

    private static final String FLAG = "--force-new-cluster";

    private BeginsAnew() {}

    /** The pod that begins {@code incarnation}. */
    public static Pod pod(Pod pod, int incarnation) {
        return new PodBuilder(pod)
                .editMetadata()
                .addToAnnotations(MainstayApi.BEGINS_ANEW, Integer.toString(incarnation))
                .endMetadata()
                .editSpec()
                .editFirstContainer()
                .addToArgs(FLAG)
                .endContainer()
                .endSpec()
                .build();
    }

    /** The incarnation that the pod was made to begin; 0 for none. */
    public static int incarnation(Pod pod) {
        Map<String, String> annotations =
                Objects.requireNonNullElse(pod.getMetadata().getAnnotations(), Map.of());
        String text = annotations.getOrDefault(MainstayApi.BEGINS_ANEW, "");
        return text.matches("[1-9][0-9]{0,8}") ? Integer.parseInt(text) : 0;
    }
}
