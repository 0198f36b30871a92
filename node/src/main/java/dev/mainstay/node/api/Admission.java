package dev.mainstay.node.api;

import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Decides in front of the log whether there is room for a command: the quota of the store. Any thread. */
public interface Admission {

    /** Whether there surely is room. Asked on event loops, so it neither blocks nor touches the disk. */
    boolean admitsNow(Command command);

    /**
     * Asked when there may be no room; may look at the disk.
     *
     * @return {@code null} when the command may go on, else why not; surely nothing was changed then
     */
    @Nullable
    ErrorCode admit(Command command);
}
