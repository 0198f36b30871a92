package dev.mainstay.operator.cluster.trust;

import dev.mainstay.operator.cluster.trust.Holder.Leaf;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the one next thing to do about certificates. At every moment each member trusts what every other member shows, because trust goes
 * ahead of certificates: a new authority is first trusted by all, as they themselves report, then it signs, and the old one goes when nobody
 * shows its certificates any more. Clients, who report nothing, get the overlap before either. Pure.
 */
public final class TrustEngine {

    /** What to do next. */
    public TrustStep decide(TrustView view) {
        if (view.problem() != null) {
            return new TrustStep.Blocked(view.problem());
        }
        AuthorityView authority = view.authority();
        if (authority == null) {
            return begin(view);
        }
        TrustStep issue = newHolder(view);
        TrustStep distribute = issue != null ? issue : distribute(view, authority);
        TrustStep renew = distribute != null ? distribute : renew(view, authority);
        return renew != null ? renew : turn(view, authority);
    }

    private static TrustStep begin(TrustView view) {
        boolean used = view.holders().stream().anyMatch(holder -> holder.leaf() != null);
        return used
                ? new TrustStep.Blocked(
                        "the authority's secret is gone, but its certificates are in use: put it back from"
                                + " a backup, or delete the secrets of its certificates too and restart the members")
                : new TrustStep.CreateAuthority();
    }

    /** First who has none: a pod may be waiting for it. */
    private static @Nullable TrustStep newHolder(TrustView view) {
        return view.holders().stream()
                .filter(holder -> holder.leaf() == null)
                .findFirst()
                .map(holder -> new TrustStep.Issue(holder.name(), "has no certificate"))
                .orElse(null);
    }

    private static @Nullable TrustStep distribute(TrustView view, AuthorityView authority) {
        for (Holder holder : view.holders()) {
            if (!holder.bundle().equals(authority.bundle())) {
                return new TrustStep.StoreBundle(holder.name());
            }
        }
        return view.published() ? null : new TrustStep.Publish();
    }

    private static @Nullable TrustStep renew(TrustView view, AuthorityView authority) {
        for (Holder holder : view.holders()) {
            Leaf leaf = Objects.requireNonNull(holder.leaf());
            if (!leaf.ca().equals(authority.issuing().id())) {
                return new TrustStep.Issue(holder.name(), "is signed by another authority");
            }
            if (!holder.fits()) {
                return new TrustStep.Issue(holder.name(), "is for other names");
            }
            if (due(view, authority, leaf)) {
                return new TrustStep.Issue(holder.name(), "ends soon");
            }
        }
        return null;
    }

    /** Whether its time has come and a new one would last longer: none outlasts its authority. */
    private static boolean due(TrustView view, AuthorityView authority, Leaf leaf) {
        return !view.now().isBefore(leaf.end().minus(view.policy().renewBefore()))
                && leafEnd(view, authority).isAfter(leaf.end());
    }

    /** When a certificate that is made now ends. */
    public static Instant leafEnd(TrustView view, AuthorityView authority) {
        return earlier(
                view.now().plus(view.policy().leaf()), authority.issuing().end());
    }

    /** The next phase of replacing the authority. */
    private static TrustStep turn(TrustView view, AuthorityView authority) {
        if (authority.next() != null) {
            return when(
                    view,
                    authority,
                    unaware(view, authority),
                    authority.issuing(),
                    new TrustStep.Promote(),
                    "trust the next authority");
        }
        if (authority.previous() != null) {
            Set<String> late = unaware(view, authority);
            late.addAll(notShowing(view));
            return when(
                    view,
                    authority,
                    late,
                    authority.previous(),
                    new TrustStep.Drop(),
                    "use certificates of the new authority");
        }
        boolean old = !view.now()
                .isBefore(authority.issuing().end().minus(view.policy().authorityRenewBefore()));
        if (!old) {
            return new TrustStep.None();
        }
        return view.window() != null && !pressing(view, authority)
                ? new TrustStep.Wait(List.of(), "the authority is to be replaced; " + view.window())
                : new TrustStep.AddNext();
    }

    /** Half of the time for a replacement is over: no window is waited for any more. */
    private static boolean pressing(TrustView view, AuthorityView authority) {
        return !view.now()
                .isBefore(authority
                        .issuing()
                        .end()
                        .minus(view.policy().authorityRenewBefore().dividedBy(2)));
    }

    /** {@code step} once no member is late and clients had their time; that is cut short by the end of the old authority, which ends all trust in it. */
    private static TrustStep when(
            TrustView view, AuthorityView authority, Set<String> late, Ca old, TrustStep step, String what) {
        if (!late.isEmpty()) {
            return new TrustStep.Wait(List.copyOf(late), "these members don't " + what + " yet: " + late);
        }
        Instant since = authority.knownSince();
        if (since == null) {
            return new TrustStep.MarkKnown();
        }
        Instant until = earlier(since.plus(view.policy().overlap()), old.end());
        return view.now().isBefore(until)
                ? new TrustStep.Wait(List.of(), "all members " + what + "; clients have until " + until + " to follow")
                : step;
    }

    private static Set<String> unaware(TrustView view, AuthorityView authority) {
        Set<String> names = new TreeSet<>();
        view.running().stream()
                .filter(running -> !running.trusts(authority.bundle()))
                .forEach(running -> names.add(running.member()));
        return names;
    }

    /** Members that don't show the certificate in their secret. */
    public static Set<String> notShowing(TrustView view) {
        TreeMap<String, String> serials = new TreeMap<>();
        view.holders()
                .forEach(holder -> serials.put(
                        holder.name(),
                        holder.leaf() == null ? "" : holder.leaf().serial()));
        Set<String> names = new TreeSet<>();
        view.running().stream()
                .filter(running -> !running.shows(serials.getOrDefault(running.member(), "")))
                .forEach(running -> names.add(running.member()));
        return names;
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
