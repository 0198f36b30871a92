package dev.mainstay.node.observability;

/** Bucket bounds as etcd's histograms have them. */
final class Exponential {

    private Exponential() {}

    /** {@code count} bounds, each twice the one before. */
    static double[] bounds(double first, int count) {
        double[] bounds = new double[count];
        double bound = first;
        for (int i = 0; i < count; i++) {
            bounds[i] = bound;
            bound *= 2;
        }
        return bounds;
    }
}
