package dev.mainstay.e2e.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.mainstay.etcd.proto.AlarmMember;
import dev.mainstay.etcd.proto.AlarmResponse;
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
    private final long self;
    private final String endpoint;

    /** For answers of the member with this id at this endpoint. */
    Canonical(long self, String endpoint) {
        this.self = self;
        this.endpoint = endpoint;
    }

    String error(Status status) {
        return "error " + status.getCode() + " " + status.getDescription();
    }

    String answer(Message request, Message response) {
        return text(
                switch (response) {
                    case RangeResponse range -> KnownDifferences.range((RangeRequest) request, range);
                    case TxnResponse txn -> KnownDifferences.txn((TxnRequest) request, txn);
                    case StatusResponse status -> status(status);
                    case MemberListResponse members -> members(members);
                    case AlarmResponse alarms -> alarms(alarms);
                    case HashResponse hash ->
                        hash.toBuilder().setHash(present(hash.getHash())).build();
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
                .setLeader(known(status.getLeader()))
                .clearErrors();
        status.getErrorsList().stream()
                .map(error -> error.replace(Long.toUnsignedString(self), "SELF").strip())
                .sorted()
                .forEach(canonical::addErrors);
        return canonical.build();
    }

    private MemberListResponse members(MemberListResponse members) {
        MemberListResponse.Builder canonical = members.toBuilder();
        for (Member.Builder member : canonical.getMembersBuilderList()) {
            member.setID(known(member.getID()));
            for (int i = 0; i < member.getClientURLsCount(); i++) {
                member.setClientURLs(i, member.getClientURLs(i).equals(endpoint) ? "ENDPOINT" : "OTHER");
            }
            for (int i = 0; i < member.getPeerURLsCount(); i++) {
                member.setPeerURLs(i, member.getPeerURLs(i).replaceAll("[0-9]+$", "PORT"));
            }
        }
        return canonical.build();
    }

    private AlarmResponse alarms(AlarmResponse alarms) {
        AlarmResponse.Builder canonical = alarms.toBuilder().clearAlarms();
        alarms.getAlarmsList().stream()
                .map(alarm -> alarm.toBuilder()
                        .setMemberID(known(alarm.getMemberID()))
                        .build())
                .sorted(Comparator.comparingInt(AlarmMember::getAlarmValue))
                .forEach(canonical::addAlarms);
        return canonical.build();
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

    private long known(long id) {
        return id == self ? 1 : id == 0 ? 0 : 2;
    }

    private static long present(long value) {
        return value == 0 ? 0 : 1;
    }

    private static int present(int value) {
        return value == 0 ? 0 : 1;
    }
}
