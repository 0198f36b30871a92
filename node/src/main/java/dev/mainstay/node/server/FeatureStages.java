package dev.mainstay.node.server;

import java.util.Map;

/** etcd's features that operators may name, with the stages its metrics report. */
final class FeatureStages {

    /** By name. */
    static final Map<String, String> ALL = Map.of(
            "CompactHashCheck", "ALPHA",
            "FastLeaseKeepAlive", "BETA",
            "InitialCorruptCheck", "ALPHA",
            "LeaseCheckpoint", "ALPHA",
            "LeaseCheckpointPersist", "ALPHA",
            "PriorityRequest", "BETA",
            "SetMemberLocalAddr", "ALPHA",
            "StopGRPCServiceOnDefrag", "ALPHA",
            "TxnModeWriteWithSharedBuffer", "BETA");

    private FeatureStages() {}
}
