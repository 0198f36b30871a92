package dev.mainstay.node.server.settings;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** Refuses what can't be ignored safely and warns of what has no effect. */
final class SupportCheck {

    private static final Set<String> GATES = Set.of(
            "AllAlpha",
            "AllBeta",
            "CompactHashCheck",
            "FastLeaseKeepAlive",
            "InitialCorruptCheck",
            "LeaseCheckpoint",
            "LeaseCheckpointPersist",
            "PriorityRequest",
            "SetMemberLocalAddr",
            "StopGRPCServiceOnDefrag",
            "TxnModeWriteWithSharedBuffer");

    private SupportCheck() {}

    static void check(FlagTable table, FlagValues values, Consumer<String> warnings) {
        List<Flag> given =
                table.all().stream().filter(flag -> values.isGiven(flag.name())).toList();
        for (Flag flag : given) {
            switch (flag.support()) {
                case REFUSED -> {
                    if (!values.isDefault(flag)) {
                        throw BadSettingException.value("--" + flag.name() + " can't be used: " + flag.note());
                    }
                }
                case IGNORED -> warnings.accept("--" + flag.name() + " has no effect: " + flag.note());
                case HONOURED -> {}
            }
        }
        for (String gate : values.strings(FlagTable.FEATURE_GATES)) {
            checkGate(gate, warnings);
        }
    }

    private static void checkGate(String gate, Consumer<String> warnings) {
        int equals = gate.indexOf('=');
        if (equals < 0) {
            throw BadSettingException.value("missing bool value for feature gate " + gate);
        }
        String name = gate.substring(0, equals);
        try {
            FlagType.BOOL.parse(gate.substring(equals + 1));
        } catch (IllegalArgumentException e) {
            throw BadSettingException.value("invalid value of feature gate " + gate + ": " + e.getMessage());
        }
        if (!GATES.contains(name)) {
            throw BadSettingException.value("unrecognized feature gate: " + name);
        }
        if (!FeatureGates.isHonoured(name)) {
            warnings.accept("feature gate " + name + " has no effect");
        }
    }
}
