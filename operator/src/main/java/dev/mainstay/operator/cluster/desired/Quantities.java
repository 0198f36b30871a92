package dev.mainstay.operator.cluster.desired;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.RoundingMode;

/** Quantities as numbers. */
public final class Quantities {

    private Quantities() {}

    /** Bytes, rounded up. */
    public static long bytes(Quantity quantity) {
        return quantity.getNumericalAmount().setScale(0, RoundingMode.CEILING).longValueExact();
    }
}
