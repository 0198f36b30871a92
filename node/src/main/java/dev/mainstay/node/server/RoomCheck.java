package dev.mainstay.node.server;

import dev.mainstay.node.api.Admission;
import dev.mainstay.node.apply.WriteCost;
import dev.mainstay.node.command.Command;
import dev.mainstay.node.common.ErrorCode;
import dev.mainstay.node.leader.SpaceKeeper;
import org.jspecify.annotations.Nullable;

/** Lets writes pass that there is room for. */
record RoomCheck(SpaceKeeper space) implements Admission {

    @Override
    public boolean admitsNow(Command command) {
        return space.admitsNow(WriteCost.of(command));
    }

    @Override
    public @Nullable ErrorCode admit(Command command) {
        return space.admit(WriteCost.of(command)) ? null : ErrorCode.NO_SPACE;
    }
}
