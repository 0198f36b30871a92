package dev.mainstay.operator.cluster.trust;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Brings certificates that somebody else makes to members and clients, so that at every moment each member trusts what every other shows: new
 * authorities go ahead of certificates, old ones stay until nobody shows what they signed, both as members report. What was brought before
 * tells how far it is; there is nothing else to remember. Pure.
 */
public final class GivenEngine {

    private GivenEngine() {}

    /**
     * A secret that members or clients use.
     *
     * @param name whose it is
     * @param leaf tells the certificates in it from others; empty for none
     * @param bundle the authorities in it
     * @param wanted tells the certificates that should be in it; null while there are none to be had
     */
    public record Place(
            String name,
            String leaf,
            List<String> bundle,
            @Nullable String wanted) {

        public Place {
            bundle = List.copyOf(bundle);
        }

        /** Whether it has the certificates that it should have, or all that it can have. */
        boolean current() {
            return wanted == null || wanted.equals(leaf);
        }
    }

    /** The authorities to trust now: those that are wanted, and until all is brought and in use those of before. */
    public static List<String> bundle(List<String> wanted, List<Place> places, List<Running> running) {
        boolean settled =
                places.stream().allMatch(Place::current) && running.stream().allMatch(member -> shows(member, places));
        Stream<String> before =
                settled ? Stream.of() : places.stream().map(Place::bundle).flatMap(List::stream);
        return new ArrayList<>(Stream.concat(wanted.stream(), before).distinct().toList());
    }

    private static boolean shows(Running member, List<Place> places) {
        return places.stream()
                .filter(place -> place.name().equals(member.member()))
                .allMatch(place -> member.shows(Objects.requireNonNullElse(place.wanted(), place.leaf())));
    }

    /** Members that don't trust exactly these authorities yet. */
    public static Set<String> late(List<Running> running, String bundle) {
        Set<String> late = new TreeSet<>();
        running.stream().filter(member -> !member.trusts(bundle)).forEach(member -> late.add(member.member()));
        return late;
    }

    /**
     * Whether a place may get its wanted certificates: once the authorities of now are in every secret, for whoever starts next, and every member
     * says that it trusts them. A place that has no certificates, as of a new member, doesn't wait for members that say nothing: it may be the one
     * to replace them.
     *
     * @param hash tells the authorities from others, as members report them
     */
    public static boolean mayShow(
            Place place, List<Place> places, List<Running> running, List<String> bundle, String hash) {
        return place.wanted() != null
                && places.stream()
                        .filter(other -> !other.leaf().isEmpty())
                        .allMatch(other -> other.bundle().equals(bundle))
                && running.stream()
                        .filter(member ->
                                !place.leaf().isEmpty() || !member.bundles().isEmpty())
                        .allMatch(member -> member.trusts(hash));
    }
}
