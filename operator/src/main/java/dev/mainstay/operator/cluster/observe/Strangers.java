package dev.mainstay.operator.cluster.observe;

import dev.mainstay.operator.cluster.engine.Elsewhere;
import dev.mainstay.operator.member.Endpoint;
import dev.mainstay.operator.member.MemberApi;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Members of a cluster that ours join.
 *
 * @param joined whether there is such a cluster, and it isn't left yet
 * @param problem why it can't be joined; empty for nothing
 * @param leave whether they may leave
 * @param endpoints where they are, by the URL that the spec gives
 * @param answers what they say, by the same
 */
public record Strangers(
        boolean joined,
        String problem,
        boolean leave,
        SortedMap<String, Endpoint> endpoints,
        SortedMap<String, MemberApi.Answer> answers) {

    /** There are none. */
    static final Strangers NONE = new Strangers(false, "", false, new TreeMap<>(), new TreeMap<>());

    static Strangers unreachable(String problem, boolean leave) {
        return new Strangers(true, problem, leave, new TreeMap<>(), new TreeMap<>());
    }

    /** With what they say; whoever is of another cluster than {@code clusterId} counts for nothing. */
    Strangers saying(SortedMap<String, MemberApi.Answer> all, @Nullable String clusterId) {
        SortedMap<String, MemberApi.Answer> own = new TreeMap<>(all);
        own.values().removeIf(answer -> clusterId != null && !clusterId.equals(answer.clusterId()));
        return new Strangers(joined, problem, leave, endpoints, own);
    }

    Strangers with(String why) {
        return new Strangers(joined, why, leave, endpoints, answers);
    }

    /** Where that member is; null if it isn't known. */
    public @Nullable Endpoint endpoint(String id) {
        return answers.entrySet().stream()
                .filter(entry -> entry.getValue().id().equals(id))
                .map(entry -> endpoints.get(entry.getKey()))
                .findFirst()
                .orElse(null);
    }

    /** One that agrees with the others, but not that one; the leader rather than another. */
    Optional<Endpoint> voterBut(String id) {
        return Seen.voterBut(answers, id).map(url -> endpoints.get(url));
    }

    /** What decisions look at. */
    Elsewhere view() {
        Optional<MemberApi.Answer> agreeing =
                answers.values().stream().filter(MemberApi.Answer::agreed).findFirst();
        Set<String> serving = answers.values().stream()
                .filter(MemberApi.Answer::agreed)
                .map(MemberApi.Answer::id)
                .collect(Collectors.toSet());
        return new Elsewhere(
                joined,
                problem,
                agreeing.map(MemberApi.Answer::clusterId).orElse(""),
                leave,
                agreeing.map(MemberApi.Answer::leaderId).orElse(""),
                answers.values().stream()
                        .mapToLong(MemberApi.Answer::index)
                        .max()
                        .orElse(0),
                serving);
    }
}
