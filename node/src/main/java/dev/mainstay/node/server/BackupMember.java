package dev.mainstay.node.server;

import dev.mainstay.etcd.proto.MaintenanceGrpc;
import dev.mainstay.etcd.proto.StatusRequest;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.node.membership.MemberId;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Chooses the member to back up: one that has the least to do and isn't behind. */
final class BackupMember {

    /** A member whose state is so many log entries behind the newest that was seen is asked only if it must be. */
    private static final long FAR_BEHIND = 10_000;

    private static final long STATUS_SECONDS = 5;

    private final Consumer<String> notes;

    /** Which members may be asked. */
    enum From {
        /** One that doesn't lead, if there is one that can be asked and isn't behind. */
        FOLLOWER,
        /** The one that leads. */
        LEADER,
        /** Any that answers. */
        ANY;

        static From of(String text) {
            for (From from : values()) {
                if (from.name().toLowerCase(Locale.ROOT).equals(text)) {
                    return from;
                }
            }
            throw ToolException.usage("--from is one of follower, leader and any, not \"" + text + "\"");
        }
    }

    private record Candidate(ToolEndpoint source, StatusResponse status) {

        boolean leads() {
            return status.getLeader() == id();
        }

        long id() {
            return status.getHeader().getMemberId();
        }

        long applied() {
            return status.getRaftAppliedIndex();
        }
    }

    /** @param notes hears what people should know about the choice */
    BackupMember(Consumer<String> notes) {
        this.notes = notes;
    }

    /**
     * Asks all who they are, and chooses.
     *
     * @param last the member that the newest backup is of, which has the least to send
     * @throws ToolException if none will do
     */
    ToolEndpoint choose(List<ToolEndpoint> sources, From from, OptionalLong last) throws IOException {
        List<Candidate> answered = new ArrayList<>();
        for (ToolEndpoint source : sources) {
            try (MemberClient member = new MemberClient(source)) {
                answered.add(new Candidate(
                        source,
                        MaintenanceGrpc.newBlockingStub(member.channel())
                                .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
                                .status(StatusRequest.getDefaultInstance())));
            } catch (StatusRuntimeException e) {
                notes.accept(source.endpoint() + " can't be asked: " + ToolEndpoint.reason(e));
            }
        }
        if (answered.isEmpty()) {
            throw ToolException.failed("none of the endpoints can be asked for a backup");
        }
        return switch (from) {
            case ANY ->
                answered.stream()
                        .filter(one -> last.isPresent() && one.id() == last.getAsLong())
                        .findFirst()
                        .orElse(answered.getFirst())
                        .source();
            case LEADER ->
                answered.stream()
                        .filter(Candidate::leads)
                        .findFirst()
                        .orElseThrow(() -> ToolException.failed("none of the endpoints that answer leads"))
                        .source();
            case FOLLOWER -> follower(answered, last);
        };
    }

    private ToolEndpoint follower(List<Candidate> answered, OptionalLong last) {
        long newest = answered.stream().mapToLong(Candidate::applied).max().orElse(0);
        for (Candidate one : answered) {
            if (newest - one.applied() > FAR_BEHIND) {
                notes.accept("member " + MemberId.hex(one.id()) + " at "
                        + one.source().endpoint() + " is " + (newest - one.applied()) + " log entries behind");
            }
        }
        return answered.stream()
                .filter(one -> newest - one.applied() <= FAR_BEHIND)
                .min(Comparator.comparing(Candidate::leads)
                        .thenComparing(one -> last.isEmpty() || one.id() != last.getAsLong()))
                .orElseThrow(() -> ToolException.failed("no member is up to date"))
                .source();
    }
}
