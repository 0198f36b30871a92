package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmResponse;
import dev.mainstay.etcd.proto.AuthenticateResponse;
import dev.mainstay.etcd.proto.HashKVResponse;
import dev.mainstay.etcd.proto.HashResponse;
import dev.mainstay.etcd.proto.LeaseLeasesResponse;
import dev.mainstay.etcd.proto.LeaseStatus;
import dev.mainstay.etcd.proto.LeaseTimeToLiveResponse;
import dev.mainstay.etcd.proto.Member;
import dev.mainstay.etcd.proto.MemberListResponse;
import dev.mainstay.etcd.proto.RangeRequest;
import dev.mainstay.etcd.proto.RangeResponse;
import dev.mainstay.etcd.proto.ResponseHeader;
import dev.mainstay.etcd.proto.StatusResponse;
import dev.mainstay.etcd.proto.TxnRequest;
import dev.mainstay.etcd.proto.TxnResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The comparable form of an answer: what must differ between any two clusters (ids, terms, log positions, sizes, hashes,
 * ports) is replaced by whether it is there at all, and what has no promised order is sorted. Nothing else is touched
 * here; {@link KnownDifferences} holds what differs between the two products.
 */
final class Canonical {
    private final int member;
    private final List<Long> ids;
    private final List<String> endpoints;

    /**
     * For answers of one member.
     *
     * @param member its number
     * @param ids of all members, by number
     * @param endpoints of all members, by number
     */
    Canonical(int member, List<Long> ids, List<String> endpoints) {
        this.member = member;
        this.ids = List.copyOf(ids);
        this.endpoints = List.copyOf(endpoints);
    }

    String error(Status status) {
        return "error " + status.getCode() + " " + status.getDescription();
    }

    String answer(Message request, Message response) {
        return stranger(response)
                + text(
                        switch (response) {
                            case RangeResponse range -> KnownDifferences.range((RangeRequest) request, range);
                            case TxnResponse txn -> KnownDifferences.txn((TxnRequest) request, txn);
                            case StatusResponse status -> status(status);
                            case MemberListResponse members -> members(members);
                            case AlarmResponse alarms -> alarms(alarms);
                            case HashResponse hash ->
                                hash.toBuilder()
                                        .setHash(present(hash.getHash()))
                                        .build();
                            case AuthenticateResponse login -> login(login);
                            case HashKVResponse hash -> KnownDifferences.hashKv(hash);
                            case LeaseLeasesResponse leases -> leases(leases);
                            case LeaseTimeToLiveResponse lease -> timeToLive(lease);
                            default -> response;
                        });
    }

    /** Text of a message after hiding the parts of its header that name the cluster. */
    static String text(Message message) {
        var header = message.getDescriptorForType().findFieldByName("header");
        Message shown = message;
        if (header != null && message.hasField(header)) {
            shown = message.toBuilder()
                    .setField(header, header((ResponseHeader) message.getField(header)))
                    .build();
        }
        return TextFormat.printer().emittingSingleLine(true).printToString(shown);
    }

    static ResponseHeader header(ResponseHeader header) {
        return ResponseHeader.newBuilder()
                .setClusterId(present(header.getClusterId()))
                .setMemberId(present(header.getMemberId()))
                .setRaftTerm(present(header.getRaftTerm()))
                .setRevision(header.getRevision())
                .build();
    }

    private StatusResponse status(StatusResponse status) {
        StatusResponse.Builder canonical = KnownDifferences.status(status).toBuilder()
                .setVersion(status.getVersion().isEmpty() ? "" : "version")
                .setDbSize(present(status.getDbSize()))
                .setDbSizeInUse(present(status.getDbSizeInUse()))
                .setRaftIndex(present(status.getRaftIndex()))
                .setRaftAppliedIndex(present(status.getRaftAppliedIndex()))
                .setRaftTerm(present(status.getRaftTerm()))
                .setLeader(status.getLeader() == 0 ? 0 : ids.contains(status.getLeader()) ? 1 : 2)
                .clearErrors();
        status.getErrorsList().stream().map(this::withoutIds).sorted().forEach(canonical::addErrors);
        return canonical.build();
    }

    private MemberListResponse members(MemberListResponse members) {
        MemberListResponse.Builder canonical = members.toBuilder().clearMembers();
        members.getMembersList().stream()
                .map(this::member)
                .sorted(Comparator.comparingLong(Member::getID))
                .forEach(canonical::addMembers);
        return canonical.build();
    }

    private Member member(Member member) {
        Member.Builder canonical = member.toBuilder().setID(known(member.getID()));
        for (int i = 0; i < member.getClientURLsCount(); i++) {
            canonical.setClientURLs(i, "ENDPOINT " + endpoints.indexOf(member.getClientURLs(i)));
        }
        for (int i = 0; i < member.getPeerURLsCount(); i++) {
            canonical.setPeerURLs(i, member.getPeerURLs(i).replaceAll("[0-9]+$", "PORT"));
        }
        return canonical.build();
    }

    private AlarmResponse alarms(AlarmResponse alarms) {
        AlarmResponse.Builder canonical = alarms.toBuilder().clearAlarms();
        alarms.getAlarmsList().stream()
                .map(alarm -> alarm.toBuilder()
                        .setMemberID(known(alarm.getMemberID()))
                        .build())
                .sorted(Comparator.comparingInt(AlarmMember::getAlarmValue).thenComparingLong(AlarmMember::getMemberID))
                .forEach(canonical::addAlarms);
        return canonical.build();
    }

    /** Random letters, and the index at which everybody knows them. */
    private static AuthenticateResponse login(AuthenticateResponse login) {
        return login.toBuilder()
                .setToken(login.getToken().replaceFirst("^[a-zA-Z]{16}\\.[0-9]+$", "TOKEN"))
                .build();
    }

    private static LeaseLeasesResponse leases(LeaseLeasesResponse leases) {
        List<LeaseStatus> sorted = new ArrayList<>(leases.getLeasesList());
        sorted.sort(Comparator.comparingLong(LeaseStatus::getID));
        return leases.toBuilder().clearLeases().addAllLeases(sorted).build();
    }

    private static LeaseTimeToLiveResponse timeToLive(LeaseTimeToLiveResponse lease) {
        LeaseTimeToLiveResponse.Builder canonical = lease.toBuilder().clearKeys();
        lease.getKeysList().stream().sorted(KnownDifferences.BYTES).forEach(canonical::addKeys);
        return canonical.build();
    }

    /** Says so if an answer bears the id of another member than the one that was asked. */
    private String stranger(Message response) {
        var header = response.getDescriptorForType().findFieldByName("header");
        boolean strange = header != null
                && response.getField(header) instanceof ResponseHeader known
                && known.getMemberId() != ids.get(member);
        return strange ? "BROKEN RULE: the answer of another member: " : "";
    }

    private String withoutIds(String error) {
        String text = error.strip();
        for (int i = 0; i < ids.size(); i++) {
            text = text.replace(Long.toUnsignedString(ids.get(i)), "MEMBER " + i);
        }
        return text;
    }

    /** 0 for none, the number of a member counted from 1, or one more than there are. */
    private long known(long id) {
        int number = ids.indexOf(id);
        return id == 0 ? 0 : number >= 0 ? number + 1 : ids.size() + 1;
    }

    private static long present(long value) {
        return value == 0 ? 0 : 1;
    }

    private static int present(int value) {
        return value == 0 ? 0 : 1;
    }
}
