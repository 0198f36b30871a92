package dev.mainstay.operator.cluster.act;

import dev.mainstay.api.v1alpha1.EtcdMemberSpec;
import dev.mainstay.api.v1alpha1.EtcdMemberStatus;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Changes of members' objects. */
final class MemberStatuses {

    private MemberStatuses() {}

    static EtcdMemberStatus recreated(@Nullable EtcdMemberStatus status, int recreates, String since) {
        EtcdMemberStatus s = Objects.requireNonNullElse(status, EtcdMemberStatus.EMPTY);
        return new EtcdMemberStatus(
                s.memberID(),
                s.role(),
                s.podUID(),
                s.version(),
                s.dbSize(),
                s.dbSizeInUse(),
                s.raftTerm(),
                s.raftAppliedIndex(),
                s.revision(),
                s.revisionTime(),
                recreates,
                s.lastDefragmentationTime(),
                s.trustBundleHash(),
                since,
                null,
                s.externalURL(),
                s.conditions());
    }

    static EtcdMemberStatus defragmented(@Nullable EtcdMemberStatus status, String now) {
        EtcdMemberStatus s = Objects.requireNonNullElse(status, EtcdMemberStatus.EMPTY);
        return new EtcdMemberStatus(
                s.memberID(),
                s.role(),
                s.podUID(),
                s.version(),
                s.dbSize(),
                s.dbSizeInUse(),
                s.raftTerm(),
                s.raftAppliedIndex(),
                s.revision(),
                s.revisionTime(),
                s.recreates(),
                now,
                s.trustBundleHash(),
                s.unhealthySince(),
                s.readySince(),
                s.externalURL(),
                s.conditions());
    }

    static EtcdMemberSpec template(EtcdMemberSpec s, String version, String templateHash) {
        return new EtcdMemberSpec(
                s.clusterName(), s.incarnation(), s.join(), version, templateHash, s.volumeClaimName(), s.suspended());
    }

    static EtcdMemberSpec suspended(EtcdMemberSpec s, boolean suspended) {
        return new EtcdMemberSpec(
                s.clusterName(),
                s.incarnation(),
                s.join(),
                s.version(),
                s.templateHash(),
                s.volumeClaimName(),
                suspended);
    }
}
