package dev.mainstay.node.apply;

import dev.mainstay.node.command.Comparison;
import dev.mainstay.node.common.Bytes;
import dev.mainstay.node.common.KeyValue;
import dev.mainstay.node.mvcc.KvView;
import java.util.List;

/** Judges the conditions of a transaction. */
final class Comparisons {

    private static final KeyValue MISSING = new KeyValue(Bytes.EMPTY, 0, 0, 0, Bytes.EMPTY, 0);

    private Comparisons() {}

    /** Whether every condition holds; none at all hold. */
    static boolean allHold(KvView view, List<Comparison> comparisons) {
        for (Comparison comparison : comparisons) {
            if (!holds(view, comparison)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(KvView view, Comparison comparison) {
        if (comparison.range().isSingle()) {
            KeyValue kv = view.get(comparison.range().from());
            return kv == null ? holdsForMissing(comparison) : holdsFor(comparison, kv);
        }
        Verdict verdict = new Verdict(comparison);
        view.scan(comparison.range(), verdict::accept);
        return verdict.any ? verdict.all : holdsForMissing(comparison);
    }

    /** A missing key compares as zeros, but its value compares with nothing, not even as unequal. */
    private static boolean holdsForMissing(Comparison comparison) {
        return comparison.target() != Comparison.Target.VALUE && holdsFor(comparison, MISSING);
    }

    private static boolean holdsFor(Comparison comparison, KeyValue kv) {
        int order = switch (comparison.target()) {
            case VERSION -> Long.compare(kv.version(), comparison.number());
            case CREATE -> Long.compare(kv.createRevision(), comparison.number());
            case MOD -> Long.compare(kv.modRevision(), comparison.number());
            case LEASE -> Long.compare(kv.lease(), comparison.number());
            case VALUE -> kv.value().compareTo(comparison.value());
        };
        return switch (comparison.result()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case GREATER -> order > 0;
            case LESS -> order < 0;
        };
    }

    /** What a scan has found so far; it stops at the first key that fails. */
    private static final class Verdict {

        private final Comparison comparison;
        private boolean any;
        private boolean all = true;

        Verdict(Comparison comparison) {
            this.comparison = comparison;
        }

        boolean accept(KeyValue kv) {
            any = true;
            all = holdsFor(comparison, kv);
            return all;
        }
    }
}
