package dev.mainstay.node.server;

import dev.mainstay.node.backup.RecoveryTarget;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The flags that say to which moment a restore is to come. */
final class TargetFlags {

    static final String TO_REVISION = "to-revision";
    static final String TO_TIME = "to-time";
    static final String TO_LATEST = "to-latest";
    static final String LINE = "line";

    private static final int HEXADECIMAL = 16;

    private TargetFlags() {}

    /** The moment; empty for that of the backup. */
    static Optional<RecoveryTarget> target(ToolFlags flags) {
        List<RecoveryTarget> targets = new ArrayList<>();
        if (flags.values().containsKey(TO_REVISION)) {
            targets.add(new RecoveryTarget.Revision(flags.number(TO_REVISION)));
        }
        if (flags.values().containsKey(TO_TIME)) {
            String text = flags.values().get(TO_TIME);
            try {
                targets.add(new RecoveryTarget.Time(OffsetDateTime.parse(text).toInstant()));
            } catch (DateTimeException e) {
                throw ToolException.usage(
                        "--to-time: \"" + text + "\" is no time with its zone such as 2027-03-14T14:05:00Z", e);
            }
        }
        if (flags.isOn(TO_LATEST)) {
            targets.add(new RecoveryTarget.Latest());
        }
        if (targets.size() > 1) {
            throw ToolException.usage("--to-revision, --to-time and --to-latest: a restore comes to one moment");
        }
        if (targets.isEmpty() && flags.values().containsKey(LINE)) {
            throw ToolException.usage("--line is for --to-revision, --to-time and --to-latest");
        }
        return targets.stream().findFirst();
    }

    /** The line of the archive; empty if it doesn't matter. */
    static OptionalLong line(ToolFlags flags) {
        String text = flags.values().get(LINE);
        if (text == null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(Long.parseUnsignedLong(text, HEXADECIMAL));
        } catch (NumberFormatException e) {
            throw ToolException.usage(
                    "--line: \"" + text + "\" is no line of an archive; mainstay archive status shows them", e);
        }
    }
}
